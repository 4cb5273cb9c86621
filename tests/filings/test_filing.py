"""A filing from the committee through the street into the register, read from the rows of its workflow."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.models import Parameter
from core.settings import workdays
from filings import policy
from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import FilingState, Kind
from filings.models import Filing
from filings.views.filings import DueReviewList, not_reviewable, send_reviews
from orgs.actions.setup import load_dictionaries
from orgs.choices import Status, Tier
from orgs.models import Activity, Organization
from tests.filings.conftest import WHOLE
from tests.steps import take

STEPS = policy.FILING.steps
TODAY = datetime.date.today()
CASE_PAGE = 10


@pytest.fixture
def colleague(cast):
    """A second officer of the same street: nobody decides on what they entered."""
    return User.objects.create_user("甲街同事", role=Role.STREET_OFFICER, street=cast.jia, name="甲街同事")


@pytest.fixture
def people(cast):
    return {
        Role.COMMITTEE_MEMBER: cast.committee, Role.STREET_OFFICER: cast.street, Role.DISTRICT_OFFICER: cast.officer,
        Role.LEADER: cast.leader, Role.AUDIT_ADMIN: cast.auditor,
    }  # fmt: skip


@pytest.fixture
def filing_in(cast, new_filing, make_org):
    """A filing of a kind, put into a state: filing_in(state, kind)."""

    def make(state=FilingState.COMMITTEE, kind=Kind.NEW):
        if kind == Kind.NEW:
            case = new_filing()
        else:
            organization = make_org(
                tier=Tier.GROUP if kind == Kind.PROMOTE else Tier.TEAM, contact_phone="13800001111", activity_place="活动室",
                activity_content="唱歌", activity_time="周三", weekly_sessions=1, established_on=datetime.date(2021, 5, 1),
                liaison_assignment="unassigned",
            )  # fmt: skip
            case = actions.begin(kind, organization, year=TODAY.year if kind == Kind.REVIEW else None)
            case.reason, case.effective_on = "理由", TODAY
            case.leader_name = "张山" if kind == Kind.CORRECT else case.leader_name
        case = actions.enter(case, by=cast.committee)
        if state == FilingState.FILED and kind != Kind.NEW:
            Filing.objects.filter(pk=case.pk).update(state=state)
        elif state != case.state:
            Filing.objects.filter(pk=case.pk).update(
                state=state,
                organization=case.organization or (make_org() if state == FilingState.FILED else None),
            )
        return Filing.objects.get(pk=case.pk)

    return make


def given(step) -> dict:
    asked = {
        "credit_code": "52310105MJ49000138", "legal_form": "service_agency", "registration_no": "1234",
        "certificate_expires_on": TODAY + datetime.timedelta(days=900),
    }  # fmt: skip
    return {
        "note": "理由", "returned": {"activity_place": "写明门牌"} if step.returns else None,
        **{name: asked[name] for name in step.asks},
    }  # fmt: skip


def kind_of(step) -> Kind:
    """A kind of filing that has the step."""
    return step.when.get("kind", (Kind.NEW,))[0]


@pytest.mark.parametrize("state", FilingState.values)
@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_is_open_to_its_roles_in_its_states_and_to_nobody_else(step, state, filing_in, people):
    case = filing_in(FilingState(state), kind_of(step))
    for role, person in people.items():
        allowed = state in step.sources and role in step.roles
        allowed &= not step.own or role == Role.COMMITTEE_MEMBER  # who entered it
        assert (FLOW.reasons(case, step, person) == []) is allowed, (role, step.verb, state)
        if not allowed:
            with pytest.raises(ValidationError):
                FLOW.take(case, step.verb, by=person, **given(step))
    assert Filing.objects.get(pk=case.pk).state == state


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_a_step_that_is_taken_leads_where_its_row_says_and_is_in_the_history(step, filing_in, people):
    case = filing_in(FilingState(step.sources[0]), kind_of(step))
    person = next(p for role, p in people.items() if role in step.roles)
    taken = FLOW.take(case, step.verb, by=person, **given(step))
    assert (taken.state, bool(taken.decided_at), bool(taken.returned)) == (
        step.target,
        step.decides,
        step.returns,
    )
    last = FLOW.opinions(taken)[-1]
    assert (last.verb, last.label, last.who, last.words) == (step.verb, step.label, str(person), "理由")
    assert (taken.due_on is not None) is (step.days is not None)


@pytest.mark.parametrize("kind", Kind.values)
@pytest.mark.parametrize("state", FilingState.values)
def test_the_page_opens_in_every_state_of_every_kind_for_everybody_who_may_see_it(
    state, kind, filing_in, cast, sign_in
):
    case = filing_in(FilingState(state), Kind(kind))
    for person in (cast.committee, cast.street, cast.officer, cast.leader):
        assert sign_in(person).get(case.get_absolute_url()).status_code == 200
    assert sign_in(cast.other_street).get(case.get_absolute_url()).status_code == 404


def test_a_new_team_is_filed_with_both_opinions_a_number_and_a_certificate(new_filing, cast):
    case = actions.enter(new_filing(), by=cast.committee)
    assert (case.state, case.due_on) == ("committee", workdays.add(TODAY, 5))
    case = FLOW.take(case, "review", by=cast.committee, note="情况属实")
    assert (case.state, case.due_on) == ("street", workdays.add(TODAY, 10))
    case = FLOW.take(case, "approve", by=cast.street, note="准予备案")
    team = case.organization
    assert (team.tier, team.status, team.name, team.street, team.community) == (
        "team", "filed", "甲一春晓合唱队", cast.jia, cast.jia1,
    )  # fmt: skip
    assert team.filing_no == case.filing_no == f"999901001-{TODAY.year}-0001"
    assert (team.committee_opinion, team.street_opinion) == ("情况属实", "准予备案")
    assert (team.committee_opinion_on, team.street_opinion_on) == (TODAY, TODAY)
    assert team.contact_phone == "13812345678"
    assert case.certificate.organization == team
    other = actions.enter(new_filing(name="甲一剪纸社"), by=cast.committee)
    FLOW.take(other, "review", by=cast.committee, note="属实")
    assert FLOW.take(other, "approve", by=cast.street, note="准予").filing_no.endswith("-0002")


def test_a_change_writes_what_it_changes_and_leaves_what_others_changed(filing_in, cast):
    case = filing_in(FilingState.COMMITTEE, Kind.CHANGE)
    team = case.organization
    case = FLOW.take(case, "committee_return", by=cast.committee, returned={"leader_name": "换届后的负责人"})
    case = FLOW.correct(case, by=cast.committee, leader_name="赵六")
    case = FLOW.take(case, "resubmit", by=cast.committee)
    Organization.objects.filter(pk=team.pk).update(contact_phone="13900009999")
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    titles, rows = FLOW.compared(case)
    assert titles == ["上次送审", "名册原值"]
    assert [(r["label"], r["words"], r["before"]) for r in rows if r["differs"] and r["label"].startswith("负责人（")] == [
        ("负责人（召集人）姓名", "赵六", [("上次送审", "张三"), ("名册原值", "张三")])
    ]  # fmt: skip
    FLOW.take(case, "approve_change", by=cast.street, note="准予变更")
    team.refresh_from_db()
    assert (team.leader_name, team.activity_place, team.contact_phone) == (
        "赵六",
        "活动室",
        "13900009999",
    )


def test_a_cancellation_takes_the_team_out_of_the_register(filing_in, cast):
    case = filing_in(FilingState.STREET, Kind.CANCEL)
    FLOW.take(case, "approve_cancel", by=cast.street, note="同意")
    assert Organization.objects.get(pk=case.organization_id).status == Status.CANCELLED


def test_a_group_becomes_a_team_on_the_same_record(filing_in, cast):
    case = filing_in(FilingState.STREET, Kind.PROMOTE)
    FLOW.take(case, "approve", by=cast.street, note="同意")
    team = Organization.objects.get(pk=case.organization_id)
    assert (team.tier, team.status, team.filing_no) == ("team", "filed", f"999901001-{TODAY.year}-0001")


def test_a_team_becomes_a_registered_body_by_the_district(filing_in, cast):
    case = filing_in(FilingState.STREET, Kind.REGISTER)
    verbs = [offer.step.verb for offer in FLOW.offers(case, cast.street)]
    assert "approve" not in verbs and "recommend" in verbs
    case = FLOW.take(case, "recommend", by=cast.street, note="成熟")
    case = FLOW.take(case, "register", by=cast.officer, **given(policy.FILING.step("register")))
    body = Organization.objects.get(pk=case.organization_id)
    assert (body.tier, body.status, body.credit_code, body.registration_no) == (
        "registered", "normal", "52310105MJ49000138", "1234",
    )  # fmt: skip


@pytest.mark.parametrize("code", ["52310105MJ49000139", "1234", "91350100M000100Y43"])
def test_a_wrong_credit_code_registers_nobody(code, filing_in, cast, sign_in):
    case = filing_in(FilingState.DISTRICT, Kind.REGISTER)
    answer = sign_in(cast.officer).post(
        f"{case.get_absolute_url()}register/",
        {
            "credit_code": code,
            "legal_form": "service_agency",
            "registration_no": "1",
            "certificate_expires_on": "2030-01-01",
            "note": "准予",
        },
    )
    assert answer.status_code == 409 and "信用代码" in answer.content.decode()
    assert Organization.objects.get(pk=case.organization_id).tier == Tier.TEAM


def test_nobody_decides_on_what_they_entered_and_the_database_refuses_it_too(new_filing, cast, colleague):
    case = actions.enter(new_filing(), by=cast.street)
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "approve", by=cast.street, note="同意")
    assert [e.title for e in todo.entries(cast.street, TODAY)] == []
    with (
        pytest.raises(IntegrityError, match="four_eyes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE filings_filing SET decided_by_id = %s, decided_at = now() WHERE id = %s",
            [cast.street.pk, case.pk],
        )
    assert FLOW.take(case, "approve", by=colleague, note="同意").state == "filed"


def test_the_first_opinion_may_be_asked_of_somebody_else_by_a_dated_number(new_filing, cast):
    Parameter.objects.create(key="filings.other_reviewer", value=1, effective_from=TODAY, legal_basis="测试")
    case = actions.enter(new_filing(), by=cast.committee)
    with pytest.raises(ValidationError, match="请同事办理"):
        FLOW.take(case, "review", by=cast.committee, note="属实")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("member_count", 9, "备案团队至少 10 人"), ("leader_name", "", "负责人"), ("activity_time", "", "活动时间"),
        ("liaison_name", "", "政治指导员"), ("contact_phone", "", "联系电话"),
    ],
)  # fmt: skip
def test_a_condition_that_is_not_met_is_one_sentence_and_the_draft_is_kept(
    field, value, words, new_filing, cast
):
    case = actions.enter(new_filing(**{field: value}), by=cast.committee, send=False)
    with pytest.raises(ValidationError, match=words):
        FLOW.take(case, "submit", by=cast.committee)
    assert Filing.objects.get(pk=case.pk).state == "draft"
    assert [e.title for e in todo.entries(cast.committee, TODAY)] == [case.name]


def test_words_of_a_name_are_shown_to_the_decider_with_the_reason(new_filing, cast, sign_in):
    load_dictionaries()
    case = actions.enter(new_filing(name="中华养生研究会"), by=cast.committee)
    page = sign_in(cast.committee).get(case.get_absolute_url()).content.decode()
    assert "名称含“中华”：冠以全国性字样" in page
    assert "名称含“研究会”：容易误认为注册社会组织" in page


def test_a_team_like_one_in_the_register_is_pointed_out(new_filing, make_org, cast, sign_in):
    make_org("甲一春晓合唱队", community=cast.jia2)
    case = actions.enter(new_filing(), by=cast.committee)
    FLOW.take(case, "review", by=cast.committee, note="属实")
    page = sign_in(cast.street).get(case.get_absolute_url()).content.decode()
    assert "名册中已有相近的“甲一春晓合唱队”" in page


def test_phones_and_addresses_are_masked_on_the_page_and_a_changed_one_is_seen(new_filing, cast, sign_in):
    case = actions.enter(new_filing(), by=cast.committee)
    case = FLOW.take(case, "committee_return", by=cast.committee, returned={"contact_phone": "核对"})
    FLOW.correct(case, by=cast.committee, contact_phone="13899995678")
    case = FLOW.take(case, "resubmit", by=cast.committee)
    page = sign_in(cast.committee).get(case.get_absolute_url()).content.decode()
    assert "138****5678" in page
    assert not any(secret in page for secret in ("13812345678", "13899995678", "13987654321", "401室"))
    phone = next(row for row in FLOW.compared(case)[1] if row["label"] == "负责人联系电话")
    assert phone["differs"]  # although both read 138****5678


def test_the_whole_way_on_the_pages_of_both(cast, sign_in):
    committee, street = sign_in(cast.committee), sign_in(cast.street)
    answer = committee.post(reverse("filings:new"), WHOLE)
    assert answer.status_code == 302, answer.context["form"].errors
    assert take(committee, answer.url, "review", {"note": "情况属实"}).status_code == 302
    entry = next(e for e in street.get("/").context["entries"] if e.title == WHOLE["name"])
    assert entry.action == "备案（新备案）：准予备案、退回补正、不予备案"
    page = street.get(entry.url).content.decode()
    assert "data-start" in page
    done = take(street, entry.url, "approve", {"note": "准予备案"})
    assert done.url == "/"
    case = Filing.objects.get()
    assert (case.state, case.leader_address, case.liaison_phone) == (
        "filed",
        "甲路12弄3号401室",
        "13987654321",
    )
    tab = street.get(f"{case.organization.get_absolute_url()}?tab=filings").content.decode()
    assert "新备案" in tab and case.filing_no in tab


def test_one_case_follows_the_other_until_all_are_done(new_filing, cast, sign_in):
    cases = [actions.enter(new_filing(name=f"甲一第{n}舞蹈队"), by=cast.committee) for n in range(3)]
    for case in cases:
        FLOW.take(case, "review", by=cast.committee, note="属实")
    client = sign_in(cast.street)
    url = client.get("/").context["entries"][0].url
    for _ in range(3):
        answer = take(client, url, "approve", {"note": "准予备案"})
        url = answer.url
    assert url == "/"
    assert Organization.objects.filter(tier="team", status="filed", name__startswith="甲一第").count() == 3


def test_a_change_opens_with_what_the_register_holds_and_masked(make_org, cast, sign_in):
    team = make_org(contact_phone="13800001111", activity_place="活动室")
    client = sign_in(cast.committee)
    url = reverse("filings:begin", args=["change", team.pk])
    form = client.get(url).context["form"]
    assert (form.initial["activity_place"], form.initial["contact_phone"]) == ("活动室", "138****1111")
    data = WHOLE | {
        "name": team.name,
        "contact_phone": "138****1111",
        "leader_address": "",
        "liaison_phone": "",
        "reason": "换场地",
    }
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.context["form"].errors
    case = Filing.objects.get()
    assert (case.contact_phone, case.organization, case.street) == ("13800001111", team, cast.jia)
    assert client.get(url).url == case.get_absolute_url()  # one open filing at a time


def test_a_form_with_gaps_can_be_kept_and_is_not_sent(cast, sign_in):
    client = sign_in(cast.committee)
    answer = client.post(reverse("filings:new"), {"name": "甲一太极拳队", "keep": "1"})
    case = Filing.objects.get()
    assert (answer.url, case.state, case.community) == (case.get_absolute_url(), "draft", cast.jia1)
    page = client.get(answer.url).content.decode()
    assert "请补填：" in page


def test_a_form_with_mistakes_says_so_at_its_fields_and_keeps_what_was_typed(cast, sign_in):
    client = sign_in(cast.committee)
    answer = client.post(
        reverse("filings:new"),
        WHOLE | {"party_member_count": "40", "established_on": "2099-01-01", "leader_age": "7"},
    )
    errors = answer.context["form"].errors
    assert set(errors) == {"party_member_count", "established_on", "leader_age"}
    assert WHOLE["activity_content"] in answer.content.decode()
    assert not Filing.objects.exists()


def test_the_yearly_review_of_many_is_sent_from_a_list(make_org, cast, sign_in):
    full = {
        "activity_place": "活动室", "activity_content": "唱歌", "activity_time": "周三", "weekly_sessions": 1,
        "established_on": datetime.date(2021, 5, 1), "liaison_assignment": "unassigned", "contact_phone": "13800001111",
    }  # fmt: skip
    teams = [make_org(**full) for _ in range(3)]
    poor, quiet = make_org(member_count=6), make_org(**full)
    make_org(community=cast.yi1, **full)
    for team in teams:
        Activity.objects.create(organization=team, name="排练", held_on=TODAY)
    view = DueReviewList.seen_by(cast.street, "")
    assert set(view.rows().values_list("pk", flat=True)) == {o.pk for o in [*teams, poor, quiet]}
    left = not_reviewable(view.rows(), cast.street, {})
    assert set(left) == {poor.pk, quiet.pk} and "至少 10 人" in left[poor.pk]
    assert left[quiet.pk] == f"{TODAY.year}年没有活动记录，请先登记活动或单独办理"
    send_reviews([o.pk for o in teams], {}, by=cast.street, reason="正常开展活动")
    assert Filing.objects.filter(kind="review", state="committee", year=TODAY.year).count() == 3
    assert set(DueReviewList.seen_by(cast.street, "").rows()) == {poor, quiet}
    assert sign_in(cast.street).get(reverse("filings:reviews")).status_code == 200


def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    new_filing, cast, sign_in, django_assert_num_queries
):
    client = sign_in(cast.street)
    actions.enter(new_filing(), by=cast.committee)
    url = reverse("filings:list")
    client.get(url)
    for n in range(2):
        with django_assert_num_queries(7):
            client.get(url)
        actions.enter(new_filing(name=f"甲一第{n}队伍"), by=cast.committee)


def test_the_page_of_a_case_asks_as_often_for_a_long_history_as_for_a_short_one(
    filing_in, cast, sign_in, django_assert_max_num_queries
):
    case = filing_in(FilingState.STREET, Kind.CHANGE)
    client = sign_in(cast.street)
    client.get(case.get_absolute_url())
    for number in range(2):
        with django_assert_max_num_queries(CASE_PAGE):
            client.get(case.get_absolute_url())
        case = FLOW.take(case, "street_return", by=cast.street, returned={"activity_place": "门牌"})
        case = FLOW.correct(case, by=cast.committee, activity_place=f"甲路{number}号")
        case = FLOW.take(case, "resubmit_street", by=cast.committee)
