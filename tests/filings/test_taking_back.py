"""A decision taken by mistake goes back within its dated while, and nothing that was built on it is lost with it."""

import datetime
import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core.casework import taking_back
from core.models import Job, Notice
from core.policy import TAKE_BACK_MINUTES
from core.settings import parameters
from filings.actions import checks
from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import Kind
from filings.models import Certificate, Filing, PaperShown
from filings.views import papers
from orgs.actions import register
from orgs.actions.status import FLOW as REQUESTS
from orgs.actions.status import ask
from orgs.models import Organization
from tests.steps import key_of, take

VERB = taking_back.STEP.verb
WHY = "按错了键"
TODAY = datetime.date.today()


def back(case, by, note=WHY):
    return taking_back.take_back(FLOW, case, by=by, note=note)


def later(monkeypatch, minutes: int) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + datetime.timedelta(minutes=minutes))


def test_a_new_team_leaves_the_register_again_and_its_number_is_not_given_a_second_time(filed, cast):
    case = filed()
    first, certificate = case.filing_no, Certificate.objects.get()
    case = back(case, cast.street)
    assert (case.state, case.decided_by, case.filing_no, case.organization) == ("street", None, "", None)
    assert not Organization.objects.exists() and not Certificate.objects.exists()
    case = FLOW.take(case, "approve", by=cast.street, note="核对后准予备案。")
    assert case.filing_no and case.filing_no != first
    assert Certificate.objects.get().code != certificate.code


def test_a_change_gives_the_register_its_earlier_values_back(make_org, cast):
    team = make_org(member_count=20, activity_place="活动室")
    case = actions.begin(Kind.CHANGE, team)
    case.member_count, case.reason = 31, "人数增加"
    for name in ("activity_content", "activity_time", "leader_name", "contact_phone"):
        setattr(case, name, getattr(case, name) or "13800001234")
    case.weekly_sessions, case.liaison_assignment, case.established_on = (
        2,
        "unassigned",
        datetime.date(2020, 1, 1),
    )
    case = FLOW.enter(case, by=cast.committee, send="submit")
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    case = FLOW.take(case, "approve_change", by=cast.street, note="准予变更")
    team.refresh_from_db()
    assert team.member_count == 31
    back(case, cast.street)
    team.refresh_from_db()
    assert (team.member_count, team.status) == (20, "filed")


def test_the_public_code_says_that_it_was_taken_back(filed, cast, client):
    case = filed()
    code = Certificate.objects.get().code
    back(case, cast.street)
    for typed in (code, code.lower(), "-".join((code[:4], code[4:]))):
        page = client.get(reverse("public:certificate", args=[typed])).content.decode()
        assert "已撤回" in page and "作废" in page and case.name not in page
    assert client.get(reverse("public:certificate", args=["A" * 16])).status_code == 404


def test_the_history_says_who_took_what_back_and_why(filed, cast, sign_in):
    case = back(filed(), cast.street)
    page = sign_in(cast.committee).get(case.get_absolute_url())
    entry = page.context["timeline"][0]
    assert (entry["verb"], entry["who"], entry["reason"]) == ("撤回决定", str(cast.street), WHY)
    assert FLOW.last_opinion(case, "approve") is None and FLOW.last_opinion(case, "review") is not None
    assert "准予备案" not in sign_in(cast.committee).get(f"{case.get_absolute_url()}form/").content.decode()
    assert Notice.objects.filter(user=cast.committee, title__contains="已撤回“准予备案”").exists()


def test_only_who_decided_takes_back_and_says_why(filed, cast):
    case = filed()
    colleague = User.objects.create_user("甲街同事", role=Role.STREET_OFFICER, street=cast.jia)
    with pytest.raises(ValidationError, match="由作出决定的人"):
        back(case, colleague)
    for stranger in (cast.committee, cast.officer):
        assert taking_back.chance(FLOW, case, stranger) is None
        with pytest.raises(ValidationError, match="这一步不能撤回"):
            back(case, stranger)
    with pytest.raises(ValidationError, match="请写明撤回的原因"):
        back(case, cast.street, note=" ")


def test_it_ends_with_the_minutes_of_the_day(filed, cast, monkeypatch):
    case = filed()
    later(monkeypatch, 29)
    assert taking_back.chance(FLOW, case, cast.street).reasons == []
    later(monkeypatch, 2)
    with pytest.raises(ValidationError, match="已超过 30 分钟"):
        back(case, cast.street)


def test_the_minutes_are_a_dated_number_of_the_bureau(filed, cast):
    parameters.publish(
        TAKE_BACK_MINUTES, value=0, effective_from=TODAY, legal_basis="内部口径", by=cast.officer
    )
    with pytest.raises(ValidationError, match="已超过 0 分钟"):
        back(filed(), cast.street)


@pytest.mark.parametrize(
    "paper", ["form", "certificate", "certificate.pdf", "form.pdf", "certificate/code.svg"]
)
def test_what_can_have_been_printed_stays(paper, filed, cast, sign_in):
    case = filed()
    assert sign_in(cast.committee).get(f"{case.get_absolute_url()}").status_code == 200
    assert taking_back.chance(FLOW, case, cast.street).reasons == []
    names = {
        "form": "form", "certificate": "certificate", "certificate.pdf": "certificate_pdf", "form.pdf": "form_pdf",
        "certificate/code.svg": "code",
    }  # fmt: skip
    assert sign_in(cast.committee).get(reverse(f"filings:{names[paper]}", args=[case.pk])).status_code == 200
    with pytest.raises(ValidationError, match="可能已经打印"):
        back(case, cast.street)
    assert Filing.objects.get(pk=case.pk).state == "filed"


@pytest.mark.parametrize("paper", ["form", "certificate"])
def test_a_paper_never_shows_a_decision_that_is_being_taken_back(paper, filed, cast, sign_in, monkeypatch):
    """It was asked for just before; whoever takes back holds the row, and what is drawn afterwards is the case as it is then."""
    case, real = filed(), papers.show_paper

    def meanwhile(filing, *args, **kwargs):
        back(Filing.objects.get(pk=case.pk), cast.street)
        return real(filing, *args, **kwargs)

    monkeypatch.setattr(papers, "show_paper", meanwhile)
    answer = sign_in(cast.committee).get(reverse(f"filings:{paper}", args=[case.pk]))
    assert case.filing_no not in answer.content.decode() and "准予备案" not in answer.content.decode()
    assert not PaperShown.objects.filter(filing=case).exists()


def test_papers_of_before_do_not_count(new_filing, cast, sign_in):
    case = actions.enter(new_filing(), by=cast.committee)
    sign_in(cast.committee).get(reverse("filings:form", args=[case.pk]))
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    sign_in(cast.street).get(reverse("filings:form", args=[case.pk]))
    case = FLOW.take(case, "approve", by=cast.street, note="准予备案")
    assert back(case, cast.street).state == "street"


def test_what_was_built_on_it_stays(filed, cast, make_org):
    changed = filed()
    team = changed.organization
    team.remark = "后来补的备注"
    register.edit(team, version=team.version, by=cast.committee, names=["remark"])
    with pytest.raises(ValidationError, match="以后又有修改"):
        back(changed, cast.street)
    held = filed(name="甲一夕阳舞蹈队")
    register.record_activity(held.organization, name="排练", held_on=TODAY, by=cast.committee)
    with pytest.raises(ValidationError, match="不能撤回"):
        back(held, cast.street)
    begun = filed(name="甲一晨练队")
    FLOW.enter(actions.begin(Kind.CANCEL, begun.organization), by=cast.committee)
    with pytest.raises(ValidationError, match="以后又有一件“备案”"):
        back(begun, cast.street)
    drawn = checks.draw(first=TODAY, last=TODAY, seed=1, by=cast.officer).checks.get().filing
    with pytest.raises(ValidationError, match="以后又有一件“备案抽查”"):
        back(drawn, cast.street)
    assert Filing.objects.filter(state="filed").count() == 3
    assert Organization.objects.count() == 3


def test_every_decision_of_every_workflow_goes_back(make_org, filed, cast):
    team = make_org()
    case = ask(team, by=cast.committee, status="stopped", effective_on=TODAY, reason="不再活动")
    case = REQUESTS.take(case, "approve", by=cast.street, note="同意")
    case = taking_back.take_back(REQUESTS, case, by=cast.street, note=WHY)
    team.refresh_from_db()
    assert (case.state, team.status) == ("pending", "filed")
    case = REQUESTS.take(case, "refuse", by=cast.street, note="仍在活动")
    assert taking_back.take_back(REQUESTS, case, by=cast.street, note=WHY).state == "pending"
    filed()
    check = checks.draw(first=TODAY, last=TODAY, seed=1, by=cast.officer).checks.get()
    check = checks.FLOW.take(check, "pass", by=cast.officer, note="相符")
    check = taking_back.take_back(checks.FLOW, check, by=cast.officer, note=WHY)
    assert (check.state, check.decided_at) == ("open", None)


def test_a_step_of_the_author_and_a_step_taken_back_are_no_decisions(new_filing, filed, cast):
    case = actions.enter(new_filing(), by=cast.committee)
    assert taking_back.chance(FLOW, case, cast.committee) is None
    case = FLOW.take(case, "review", by=cast.committee, note="属实")
    assert taking_back.chance(FLOW, case, cast.committee).reasons == []
    case = back(case, cast.committee)
    assert case.state == "committee" and taking_back.chance(FLOW, case, cast.committee) is None


@pytest.mark.django_db(transaction=True)
def test_one_of_many_decided_together_goes_back_alone(new_filing, cast, sign_in):
    names = ["甲一书法队", "甲一棋牌队"]
    for name in names:
        case = actions.enter(new_filing(name=name), by=cast.committee)
        FLOW.take(case, "review", by=cast.committee, note="属实")
    client, url = sign_in(cast.street), reverse("filings:list")
    answer = client.post(url, {"do": "bulk", "action": "approve", "all": "1"})
    job = int(re.search(r"/jobs/(\d+)/", answer.url)[1])
    client.post(f"/jobs/{job}/bulk/", {"step": "preview", "reason": "准予备案"})
    at = Job.objects.get(pk=job).result["at"]
    client.post(f"/jobs/{job}/bulk/", {"step": "confirm", "at": at})
    assert Organization.objects.count() == 2
    back(Filing.objects.get(name=names[0]), cast.street)
    assert [o.name for o in Organization.objects.all()] == [names[1]]


def test_the_page_says_until_when_and_why_not(filed, cast, sign_in, monkeypatch):
    case, client = filed(), sign_in(cast.street)
    url = case.get_absolute_url()
    page = client.get(url).content.decode()
    until = timezone.localtime(case.decided_at + datetime.timedelta(minutes=30))
    assert f"{until:%H:%M} 以前可以撤回“准予备案”" in page
    assert take(client, url, VERB, {"note": ""}).status_code == 409
    assert client.post(f"{url}{VERB}/", {"note": WHY}).status_code == 409  # it was not on the screen
    assert take(client, url, VERB, {"note": WHY}).status_code == 302
    assert Filing.objects.get().state == "street"
    assert key_of(client.get(url).content.decode(), VERB) == ""
    assert take(client, url, "approve", {"note": "准予备案"}).status_code == 302
    later(monkeypatch, 31)
    page = client.get(url).content.decode()
    assert "已超过 30 分钟，不能撤回" in page and not key_of(page, VERB)
    assert VERB not in sign_in(cast.committee).get(url).content.decode()
    assert VERB not in sign_in(cast.leader).get(url).content.decode()


def test_a_case_is_decided_only_by_who_had_it_on_the_screen(new_filing, cast, sign_in):
    shown, other = (actions.enter(new_filing(name=f"甲一第{n}队"), by=cast.committee) for n in (1, 2))
    for case in (shown, other):
        FLOW.take(case, "review", by=cast.committee, note="属实")
    client = sign_in(cast.street)
    key = key_of(client.get(shown.get_absolute_url()).content.decode(), "approve")
    colleague = User.objects.create_user(
        "甲街同事", role=Role.STREET_OFFICER, street=cast.jia, must_change_password=False
    )
    for person, case, sent in (
        (cast.street, other, {}),
        (cast.street, other, {"form_key": key}),  # of another case
        (cast.street, shown, {"form_key": "x"}),
        (colleague, shown, {"form_key": key}),  # shown to somebody else
    ):
        answer = sign_in(person).post(
            f"{case.get_absolute_url()}approve/?next=1", sent | {"note": "准予备案"}
        )
        assert answer.status_code == 409 and "还没有在您的屏幕上打开过" in answer.content.decode()
    assert not Organization.objects.exists()
    assert (
        client.post(f"{shown.get_absolute_url()}approve/", {"form_key": key, "note": "准予"}).status_code
        == 302
    )


def test_what_is_decided_in_turn_leads_back_to_the_case(new_filing, cast, sign_in):
    case = FLOW.take(actions.enter(new_filing(), by=cast.committee), "review", by=cast.committee, note="属实")
    client = sign_in(cast.street)
    take(client, f"{case.get_absolute_url()}?next=1", "approve", {"note": "准予备案"})
    assert f'<a href="{case.get_absolute_url()}">{case.name}</a>' in client.get("/").content.decode()
