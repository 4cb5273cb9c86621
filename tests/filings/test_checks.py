"""Spot checks of decided filings, read from the rows of the workflow."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.models import Parameter
from core.settings import workdays
from filings import policy
from filings.actions.checks import FLOW, draw, lots
from filings.choices import CheckState
from filings.models import Draw, SpotCheck

TODAY = datetime.date.today()
STEPS = policy.SPOT_CHECK.steps


@pytest.fixture
def drawn(filed, cast):
    """A check of one filing, put into a state."""

    def make(state=CheckState.OPEN):
        case = filed()
        draw(first=TODAY, last=TODAY, seed=7, by=cast.officer)
        SpotCheck.objects.filter(filing=case).update(state=state)
        return SpotCheck.objects.get(filing=case)

    return make


@pytest.mark.parametrize("state", CheckState.values)
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_is_open_to_its_roles_in_its_states_and_to_nobody_else(step, state, drawn, cast):
    case = drawn(CheckState(state))
    for person in (cast.committee, cast.street, cast.officer, cast.leader, cast.auditor):
        allowed = state in step.sources and person.role in step.roles
        assert (FLOW.reasons(case, step, person) == []) is allowed, (person, step.verb, state)


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_that_is_taken_leads_where_its_row_says(step, drawn, cast):
    case = drawn(CheckState(step.sources[0]))
    person = cast.street if step.roles == policy.STREET else cast.officer
    taken = FLOW.take(case, step.verb, by=person, note="理由")
    assert (taken.state, bool(taken.decided_at)) == (step.target, step.decides)


def test_the_check_shows_what_was_decided_and_waits_with_a_deadline(drawn, cast, sign_in):
    case = drawn()
    assert case.due_on == workdays.add(TODAY, 20)
    assert case.filing.name in [e.title for e in todo.entries(cast.officer, TODAY)]
    page = sign_in(cast.officer).get(case.get_absolute_url()).content.decode()
    assert "合唱排练、节日演出" in page and "种子 7" in page and "13812345678" not in page


def test_whoever_decided_on_the_filing_does_not_check_it(drawn, cast):
    case = drawn()
    User.objects.filter(pk=cast.street.pk).update(
        role=Role.DISTRICT_OFFICER, district=cast.district, street=None
    )
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "pass", by=User.objects.get(pk=cast.street.pk), note="合格")


def test_the_same_seed_draws_the_same_and_every_street_has_a_lot(filed, cast):
    cases = [filed(name=f"甲一第{n}舞蹈队") for n in range(12)]
    Parameter.objects.create(key="filings.check_share", value=25, effective_from=TODAY, legal_basis="测试")
    assert [f.pk for f in lots(cases, 25, 11)] == [f.pk for f in lots(cases, 25, 11)]
    assert len(lots(cases, 25, 11)) == 3
    made = draw(first=TODAY, last=TODAY, seed=11, by=cast.officer)
    assert (made.candidates, made.checks.count(), made.share) == (12, 3, 25)
    assert {c.filing_id for c in made.checks.all()} == {f.pk for f in lots(cases, 25, 11)}
    draw(first=TODAY, last=TODAY, seed=11, by=cast.officer)  # what was checked is not drawn again
    assert SpotCheck.objects.values("filing").distinct().count() == SpotCheck.objects.count() == 6


def test_where_nothing_can_be_drawn_one_sentence_says_so(cast, sign_in):
    answer = sign_in(cast.officer).post(
        reverse("filings:draw"), {"first": TODAY.isoformat(), "last": TODAY.isoformat(), "seed": "1"}
    )
    assert "没有可以抽查的备案" in answer.content.decode()
    assert not Draw.objects.exists()
    assert sign_in(cast.street).get(reverse("filings:draw")).status_code == 403


def test_checks_lie_in_their_jurisdiction(drawn, cast, sign_in):
    case = drawn()
    for person, status in (
        (cast.street, 200),
        (cast.other_street, 404),
        (cast.committee, 403),
        (cast.leader, 200),
    ):
        assert sign_in(person).get(case.get_absolute_url()).status_code == status


def test_a_draw_says_how_many_of_how_many_and_its_checks_are_one_list(filed, cast, sign_in):
    for number in range(3):
        filed(name=f"甲一第{number}合唱队")
    day = TODAY
    data = {"first": day - datetime.timedelta(days=3), "last": day, "seed": 7}
    answer = sign_in(cast.officer).post(reverse("filings:draw"), data, follow=True)
    page = answer.content.decode()
    made = Draw.objects.get()
    assert f"已从 3 件中抽取 {made.checks.count()} 件（比例 5%，种子 7）" in page
    assert f'data-count="{made.checks.count()}"' in page and answer.redirect_chain[-1][0].endswith(
        f"?draw={made.pk}"
    )
