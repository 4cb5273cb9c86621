"""What holds for every workflow, proved on the two that exist."""

import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.history import told
from core.models import Case, Draft
from core.registry import FLOWS
from core.settings import workdays
from orgs.actions.status import FLOW, ask
from orgs.choices import Verb
from orgs.models import StatusChange
from tests.conftest import PDF
from tests.steps import key_of, take

TODAY = datetime.date.today()


@pytest.fixture
def request_of(make_org, cast):
    def make(**fields):
        values = {"status": "stopped", "effective_on": TODAY, "reason": "不再活动"} | fields
        return ask(make_org(), by=cast.committee, **values)

    return make


def test_every_case_has_its_flow():
    cases = [m for m in apps.get_models() if issubclass(m, Case) and m.__module__.split(".")[0] != "tests"]
    assert {flow.model for flow in FLOWS.values()} == set(cases)


def test_nobody_decides_on_what_they_have_not_seen(request_of, cast, sign_in):
    case = request_of()
    client = sign_in(cast.street)
    key = key_of(client.get(case.get_absolute_url()).content.decode(), "approve")
    FLOW.take(case, "send_back", by=cast.officer, returned={"reason": "写明时间"})
    FLOW.correct(case, by=cast.committee, reason="换了理由")
    FLOW.take(case, "resubmit", by=cast.committee)
    answer = client.post(f"{case.get_absolute_url()}approve/", {"note": "同意", "form_key": key})
    assert answer.status_code == 409
    assert "内容有变化" in answer.content.decode()
    assert "换了理由" in answer.content.decode()
    assert StatusChange.objects.get(pk=case.pk).state == "pending"


def test_the_next_case_is_the_one_after_this_also_when_one_was_left_out(request_of, cast, sign_in):
    first, second, third = request_of(), request_of(), request_of()
    client = sign_in(cast.street)
    page = client.get(f"{first.get_absolute_url()}?next=1")
    assert page.context["following"] == f"{second.get_absolute_url()}?next=1"
    answer = take(client, f"{second.get_absolute_url()}?next=1", "approve", {"note": "同意"})
    assert answer.url == f"{third.get_absolute_url()}?next=1"
    answer = take(client, f"{third.get_absolute_url()}?next=1", "approve", {"note": "同意"})
    assert answer.url == f"{first.get_absolute_url()}?next=1"  # the one that was left out comes last


def test_opinions_are_those_of_the_case_whatever_act_they_stand_in(request_of, cast):
    with told(Verb.IMPORT, cast.officer, "外层操作", case="another"):
        case = request_of()
        case = FLOW.take(case, "approve", by=cast.street, note="情况属实")
    assert [(o.verb, o.who, o.words) for o in FLOW.opinions(case)] == [
        ("submit", str(cast.committee), ""), ("approve", str(cast.street), "情况属实"),
    ]  # fmt: skip
    assert FLOW.last_opinion(case, "approve").words == "情况属实"


def test_who_moved_away_leaves_the_case_with_the_side_that_entered_it(request_of, cast):
    case = request_of()
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "写明时间"})
    colleague = User.objects.create_user("同事", role=Role.COMMITTEE_MEMBER, community=cast.jia1)
    User.objects.filter(pk=cast.committee.pk).update(
        role=Role.STREET_OFFICER, street=cast.jia, community=None
    )
    case = StatusChange.objects.get(pk=case.pk)
    assert FLOW.may_edit(case, colleague)
    assert [e.title for e in todo.entries(colleague, TODAY)] == [str(case)]


def test_who_adds_evidence_does_not_decide_and_the_evidence_is_frozen(make_org, cast):
    colleague = User.objects.create_user("甲街同事", role=Role.STREET_OFFICER, street=cast.jia)
    case = ask(make_org(), by=cast.street, status="stopped", effective_on=TODAY, reason="不再活动")
    case = FLOW.take(case, "send_back", by=cast.officer, returned={"files": "附会议记录"})
    with pytest.raises(ValidationError, match="现在不能修改"):
        FLOW.correct(case, by=colleague, reason="没有退回的栏目")
    FLOW.attach(case, SimpleUploadedFile("会议记录.pdf", PDF), by=colleague)
    case = FLOW.take(case, "resubmit", by=cast.street)
    assert colleague.pk in case.hands
    files = next(row for row in FLOW.compared(case)[1] if row["label"] == "附件")
    assert (files["words"], files["differs"]) == ("会议记录.pdf", True)
    with pytest.raises(ValidationError, match="不能自己办理"):
        FLOW.take(case, "approve", by=colleague)


def test_returning_does_not_wash_what_was_late(request_of, cast):
    case = request_of()
    StatusChange.objects.filter(pk=case.pk).update(due_on=workdays.add(TODAY, -4))
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "写明时间"})
    assert case.days_left == -4
    case = FLOW.take(case, "resubmit", by=cast.committee, note="时间已经写明")
    assert case.due_on == workdays.add(TODAY, -4)
    assert FLOW.take(case, "approve", by=cast.street).in_time is False
    assert FLOW.take(request_of(), "approve", by=cast.street).in_time is True


def test_late_by_a_day_off_is_late_again(request_of, cast, monkeypatch):
    """Due on a Friday, returned on the Saturday, sent again on the Monday: no working day has passed, and yet it is late."""
    case, friday = request_of(), datetime.date(2026, 11, 20)
    StatusChange.objects.filter(pk=case.pk).update(due_on=friday)
    monkeypatch.setattr(timezone, "localdate", lambda value=None: friday + datetime.timedelta(days=1))
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "写明时间"})
    monkeypatch.setattr(timezone, "localdate", lambda value=None: friday + datetime.timedelta(days=3))
    case = FLOW.take(case, "resubmit", by=cast.committee, note="时间已经写明")
    assert case.due_on == friday
    assert FLOW.take(case, "approve", by=cast.street).in_time is False


def test_an_opinion_survives_the_end_of_the_session(request_of, cast, sign_in):
    case = request_of()
    client = sign_in(cast.street)
    page = client.get(case.get_absolute_url()).content.decode()
    refuse = page.split('id="step-refuse"')[1]
    key = refuse.split('name="form_key" value="')[1].split('"')[0]
    client.logout()
    url = f"{case.get_absolute_url()}refuse/"
    answer = client.post(url, {"note": "仍有成员愿意参加", "form_key": key})
    assert answer.status_code == 302 and Draft.objects.count() == 1
    found = sign_in(cast.street).get(f"{url}?draft={Draft.objects.get().key}").content.decode()
    assert "仍有成员愿意参加" in found.split('id="step-refuse"')[1]


def test_only_the_fields_of_the_author_can_be_returned(request_of, cast):
    with pytest.raises(ValidationError, match="填报人不能修改"):
        FLOW.take(request_of(), "send_back", by=cast.street, returned={"state": "approved"})
