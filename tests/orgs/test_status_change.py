"""A request from a committee to its street, read from the rows of the workflow."""

import datetime
import io
import re
import zipfile

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.choices import DayKind
from core.facts import Fact
from core.models import Attachment, AuditEvent, Notice, Parameter
from core.settings import workdays
from orgs import policy
from orgs.actions.register import change_status
from orgs.actions.status import FLOW, ask
from orgs.choices import RequestState
from orgs.models import StatusChange
from tests.conftest import PDF
from tests.steps import take

ROWS = [(FLOW.workflow, step) for step in FLOW.workflow.steps]
TODAY = datetime.date.today()


@pytest.fixture
def people(cast):
    return {
        Role.COMMITTEE_MEMBER: cast.committee, Role.STREET_OFFICER: cast.street, Role.DISTRICT_OFFICER: cast.officer,
        Role.LEADER: cast.leader, Role.AUDIT_ADMIN: cast.auditor,
    }  # fmt: skip


@pytest.fixture
def request_of(make_org, cast):
    """A sent request of the committee; request_of(state=…) puts it there without asking anybody."""

    def make(state=RequestState.PENDING, **fields):
        values = {"status": "stopped", "effective_on": TODAY, "reason": "不再活动"} | fields
        case = ask(make_org(), by=cast.committee, **values)
        if state != RequestState.PENDING:
            StatusChange.objects.filter(pk=case.pk).update(state=state)
            case.refresh_from_db()
        return case

    return make


def cases_of(person, today) -> list:
    """What waits for somebody, without the lists that they are asked to work off in some months."""
    return [entry for entry in todo.entries(person, today) if entry.count is None]


def given(step) -> dict:
    return {"note": "理由", "returned": {"reason": "请写明最后一次活动的时间"} if step.returns else None}


@pytest.mark.parametrize("state", RequestState.values)
@pytest.mark.parametrize(("workflow", "step"), ROWS, ids=lambda x: getattr(x, "verb", ""))
def test_a_step_is_open_to_its_roles_in_its_states_and_to_nobody_else(
    workflow, step, state, request_of, people
):
    case = request_of(RequestState(state))
    for role, person in people.items():
        allowed = state in step.sources and role in step.roles
        allowed &= not step.own or role == Role.COMMITTEE_MEMBER  # who entered it
        assert (FLOW.reasons(case, step, person) == []) is allowed, (role, step.verb, state)
        if not allowed:
            with pytest.raises(ValidationError):
                FLOW.take(case, step.verb, by=person, **given(step))
    assert StatusChange.objects.get(pk=case.pk).state == state


@pytest.mark.parametrize(("workflow", "step"), ROWS, ids=lambda x: getattr(x, "verb", ""))
def test_a_step_that_is_taken_leads_where_its_row_says_and_is_in_the_history(
    workflow, step, request_of, people
):
    case = request_of(RequestState(step.sources[0]))
    person = next(p for role, p in people.items() if role in step.roles)
    taken = FLOW.take(case, step.verb, by=person, **given(step))
    assert taken.state == step.target
    assert bool(taken.decided_at) is step.decides
    assert bool(taken.returned) is step.returns
    event = taken.events.select_related("pgh_context").order_by("-pgh_id").first()
    told = event.pgh_context.metadata
    assert (told["words"], told["username"], told["clause"]) == (step.label, str(person), step.clause)


def test_approved_the_register_follows_in_the_same_moment(request_of, cast):
    case = request_of()
    FLOW.take(case, "approve", by=cast.street)
    case.organization.refresh_from_db()
    assert case.organization.status == "stopped"
    assert Notice.objects.get(user=cast.committee).title.endswith("已同意")


def test_a_step_is_not_taken_back_behind_the_workflow(request_of, cast, sign_in):
    case = request_of()
    FLOW.take(case, "approve", by=cast.street)
    act = case.organization.events.order_by("-pgh_id").first().pgh_context_id
    client = sign_in(cast.street)
    assert "请按流程重新办理" in client.get(reverse("acts:detail", args=[act])).content.decode()
    client.post(reverse("acts:detail", args=[act]))
    case.organization.refresh_from_db()
    assert case.organization.status == "stopped"
    page = client.get(f"{case.organization.get_absolute_url()}?tab=history").content.decode()
    assert reverse("acts:detail", args=[act]) not in page


def test_nobody_approves_what_they_entered_and_the_database_refuses_it_too(make_org, cast):
    case = ask(make_org(), by=cast.street, status="stopped", effective_on=TODAY, reason="不再活动")
    approve = policy.STATUS_CHANGE.step("approve")
    assert FLOW.reasons(case, approve, cast.street) == ["录入、修改或提交的人不能自己办理，请同事办理。"]
    with pytest.raises(ValidationError):
        FLOW.take(case, "approve", by=cast.street)
    with (
        pytest.raises(IntegrityError, match="four_eyes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE orgs_statuschange SET state = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s",
            [cast.street.pk, case.pk],
        )
    assert FLOW.take(case, "approve", by=cast.officer).state == "approved"


def test_who_changed_a_draft_of_somebody_else_does_not_approve_it_either(make_org, cast):
    colleague = User.objects.create_user(
        "甲街同事", role=Role.STREET_OFFICER, street=cast.jia, name="甲街同事"
    )
    case = ask(make_org(), by=cast.street, status="stopped", effective_on=TODAY, reason="不再活动")
    FLOW.take(case, "send_back", by=cast.officer, returned={"reason": "请写明时间"})
    FLOW.correct(case, by=colleague, reason="五月起没有活动")
    case = FLOW.take(case, "resubmit", by=cast.street)
    for person in (cast.street, colleague):
        assert cases_of(person, TODAY) == []
        with pytest.raises(ValidationError, match="不能自己办理"):
            FLOW.take(case, "approve", by=person)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        StatusChange.objects.filter(pk=case.pk).update(decided_by=colleague, decided_at=timezone.now())
    assert FLOW.take(case, "approve", by=cast.officer).state == "approved"


def test_what_was_sent_stays_as_it_was_and_is_compared_with_the_last_decision(make_org, cast):
    organization = make_org()
    first = ask(organization, by=cast.committee, status="stopped", effective_on=TODAY, reason="歇夏")
    FLOW.take(first, "approve", by=cast.street)
    organization.refresh_from_db()
    second = ask(organization, by=cast.committee, status="filed", effective_on=TODAY, reason="恢复活动")
    StatusChange.objects.filter(pk=second.pk).update(reason="后来改的")
    second.refresh_from_db()
    against, rows = FLOW.compared(second)
    shown = {row["label"]: (row["words"], row["before"], row["differs"]) for row in rows}
    assert against == ["上次办结"]
    assert shown["原因"] == ("恢复活动", [("上次办结", "歇夏")], True)
    assert shown["变更日期"][2] is False


def test_returned_only_the_marked_fields_are_open_and_the_clock_stands_still(request_of, cast, sign_in):
    case = request_of()
    assert case.due_on == workdays.add(TODAY, 5)
    StatusChange.objects.filter(pk=case.pk).update(due_on=workdays.add(TODAY, 3))
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "请写明时间"})
    assert "原因：请写明时间" in sign_in(cast.street).get(case.get_absolute_url()).content.decode()
    assert cases_of(cast.street, TODAY) == []
    assert [e.title for e in cases_of(cast.committee, TODAY)] == [str(case)]
    assert (case.days_left, case.due_on) == (3, workdays.add(TODAY, 10))
    client = sign_in(cast.committee)
    url = reverse("orgs:status_change_edit", args=[case.pk])
    page = client.get(url)
    assert list(page.context["form"].fields) == ["reason", "explained"]
    assert "请写明时间" in page.content.decode()
    answer = client.post(
        url, {"keep": "1", "reason": "五月起没有活动", "status": "cancelled", "property_note": "偷改"}
    )
    assert answer.status_code == 302
    with pytest.raises(ValidationError, match="现在不能修改：拟变更为"):
        FLOW.correct(StatusChange.objects.get(pk=case.pk), by=cast.committee, status="cancelled")
    case = StatusChange.objects.get(pk=case.pk)
    assert (case.reason, case.status, case.property_note) == ("五月起没有活动", "stopped", "")
    case = FLOW.take(case, "resubmit", by=cast.committee)
    assert (case.days_left, case.due_on, case.returned) == (None, workdays.add(TODAY, 3), {})
    against, rows = FLOW.compared(case)
    assert against == ["上次送审"]
    differing = [(row["label"], row["words"], row["before"]) for row in rows if row["differs"]]
    assert differing == [("原因", "五月起没有活动", [("上次送审", "不再活动")])]
    assert "上次送审" in sign_in(cast.street).get(case.get_absolute_url()).content.decode()


def test_a_request_that_life_has_overtaken_says_so(request_of, cast):
    case = request_of()
    change_status(case.organization, status="cancelled", reason="已注销", by=cast.officer)
    with pytest.raises(ValidationError, match="的状态已变为“已注销”"):
        FLOW.take(case, "approve", by=cast.street)


@pytest.mark.parametrize("state", RequestState.values)
def test_the_page_opens_in_every_state_for_everybody_who_may_see_it(state, request_of, cast, sign_in):
    case = request_of(RequestState(state))
    for person in (cast.committee, cast.street, cast.officer, cast.leader):
        assert sign_in(person).get(case.get_absolute_url()).status_code == 200


def test_one_organisation_has_one_open_request(request_of, cast):
    case = request_of()
    with pytest.raises(ValidationError, match="没办完"):
        ask(case.organization, by=cast.committee, status="cancelled", effective_on=TODAY, reason="再来")


@pytest.mark.parametrize(
    ("verb", "words"), [("refuse", '_error">请填写</p>'), ("send_back", "请至少标出一栏")]
)
def test_a_step_that_needs_words_is_not_taken_without_them(verb, words, request_of, cast, sign_in):
    case = request_of()
    answer = take(sign_in(cast.street), case.get_absolute_url(), verb)
    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert StatusChange.objects.get(pk=case.pk).state == "pending"


def test_the_whole_way_in_the_browser_of_both(make_org, cast, sign_in):
    organization = make_org()
    committee, street = sign_in(cast.committee), sign_in(cast.street)
    ask_url = reverse("orgs:ask_status", args=[organization.pk])
    assert committee.get(reverse("orgs:status", args=[organization.pk])).status_code == 403
    data = {"status": "stopped", "effective_on": TODAY.isoformat(), "reason": "不再活动"}
    case_url = committee.post(ask_url, data).url
    entry = next(e for e in street.get("/").context["entries"] if e.title == organization.name)
    assert entry.url == f"{case_url}?next=1"
    page = street.get(case_url).content.decode()
    assert "由居委会人员" not in page.split("step-approve")[1].split("</form>")[0]
    assert take(street, case_url, "approve", {"note": "同意"}).status_code == 302
    organization.refresh_from_db()
    assert organization.status == "stopped"
    assert [e.title for e in street.get("/").context["entries"] if e.count is None] == []
    assert take(street, case_url, "approve", {"note": "同意"}).status_code == 409  # a second time


def test_badge_is_the_number_of_rows_for_every_role(request_of, cast, sign_in):
    request_of()
    for person in (cast.officer, cast.street, cast.other_street, cast.committee, cast.leader, cast.auditor):
        client = sign_in(person)
        rows = client.get("/").content.decode().count('class="todo-title"')
        assert client.get(reverse("badges")).context["waiting"] == rows == len(todo.entries(person, TODAY))
    assert cases_of(cast.other_street, TODAY) == []


def test_the_to_do_list_is_in_the_order_of_deadlines_and_can_be_searched(request_of, cast, sign_in):
    late, soon = request_of(), request_of()
    StatusChange.objects.filter(pk=late.pk).update(due_on=TODAY - datetime.timedelta(days=9))
    client = sign_in(cast.street)
    titles = [e.title for e in client.get("/").context["entries"] if e.count is None]
    assert titles == [late.organization.name, soon.organization.name]
    found = client.get("/", {"q": soon.organization.name})
    assert [e.title for e in found.context["entries"]] == [soon.organization.name]
    assert "超期" in client.get("/").content.decode()


def test_the_deadline_is_a_dated_number(request_of, cast):
    Parameter.objects.create(
        key="orgs.status_change.review_days", value=2, effective_from=TODAY, legal_basis="测试"
    )
    assert request_of().due_on == workdays.add(TODAY, 2)


def test_who_lives_elsewhere_finds_neither_the_case_nor_its_files(request_of, cast, sign_in):
    case = request_of(RequestState.DRAFT)
    url = reverse("orgs:status_change", args=[case.pk])
    pdf = SimpleUploadedFile("证明.pdf", PDF, "application/octet-stream")
    assert sign_in(cast.committee).post(f"{url}attach/", {"file": pdf}).status_code == 302
    file = Attachment.objects.get()
    assert (file.kind, file.name) == ("application/pdf", "证明.pdf")
    for person, expected in ((cast.street, 200), (cast.other_street, 404), (cast.auditor, 404)):
        client = sign_in(person)
        assert client.get(reverse("files:file", args=[file.pk])).status_code == expected
    assert sign_in(cast.other_street).post(f"{url}withdraw/", {"note": "x"}).status_code == 404
    assert sign_in(cast.auditor).post(f"{url}withdraw/", {"note": "x"}).status_code == 403
    answer = sign_in(cast.officer).get(reverse("files:file", args=[file.pk]))
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.filter(kind="read", user=cast.officer).count() == 1


def archive(*parts) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        for part in parts:
            target.writestr(part, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"<html><script>alert(1)</script>", "不是可以上传的类型"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是可以上传的类型"),
        ("a.exe", b"MZ\x90\x00" + b"0" * 200, "不是可以上传的类型"),
        ("a.jpg", PDF, "与文件名不符"),
        ("a.pdf", b"", "空的"),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "含有宏"),
        ("a.zip", archive("b.txt"), "不是可以上传的类型"),
        ("a.docx", b"PK\x03\x04broken", "不是可以上传的类型"),
    ],
)
def test_files_are_judged_by_what_they_contain(name, content, words, request_of, cast, sign_in):
    case = request_of(RequestState.DRAFT)
    client = sign_in(cast.committee)
    url = reverse("orgs:status_change", args=[case.pk])
    answer = client.post(f"{url}attach/", {"file": SimpleUploadedFile(name, content)}, follow=True)
    assert words in answer.content.decode()
    assert not Attachment.objects.exists()


def test_sent_for_decision_nothing_is_added(request_of, cast, sign_in):
    case = request_of()
    url = reverse("orgs:status_change", args=[case.pk])
    file = SimpleUploadedFile("证明.pdf", PDF)
    assert (
        "现在不能添加附件"
        in sign_in(cast.committee).post(f"{url}attach/", {"file": file}, follow=True).content.decode()
    )
    assert sign_in(cast.committee).get(reverse("orgs:status_change_edit", args=[case.pk])).status_code == 404


def attached(client, url, name="证明.pdf", **more):
    return client.post(f"{url}attach/", {"file": SimpleUploadedFile(name, PDF)} | more)


def keys_on(page: str, action: str) -> list[str]:
    """The keys of the forms that are sent to an address of a case's page."""
    return re.findall(rf'action="[^"]*/{action}/".*?name="form_key" value="([^"]+)"', page, re.DOTALL)


def test_a_file_sent_twice_is_kept_once(request_of, cast, sign_in):
    case, client = request_of(RequestState.DRAFT), sign_in(cast.committee)
    url = case.get_absolute_url()
    key = keys_on(client.get(url).content.decode(), "attach")[0]
    assert attached(client, url, form_key=key).status_code == 302
    assert attached(client, url, form_key=key).status_code == 302
    assert Attachment.objects.count() == 1


def test_a_file_comes_off_and_can_be_put_back_by_who_may_edit(request_of, cast, sign_in):
    case, client = request_of(RequestState.DRAFT), sign_in(cast.committee)
    url = case.get_absolute_url()
    attached(client, url)
    file = Attachment.objects.get()
    key = keys_on(client.get(url).content.decode(), "detach")[0]
    assert client.post(f"{url}detach/", {"form_key": key, "file": file.pk}).status_code == 302
    page = client.get(url)
    assert page.context["files"] == [] and [f.pk for f in page.context["removed"]] == [file.pk]
    told = [(e["verb"], e["who"], e["reason"]) for e in page.context["timeline"]]
    assert ("修改", "甲一居委", "移除附件“证明.pdf”") in told and (
        "修改",
        "甲一居委",
        "添加附件“证明.pdf”",
    ) in told
    assert "附件" not in [row["label"] for row in FLOW.compared(StatusChange.objects.get())[1]]
    client.post(f"{url}detach/", {"file": file.pk, "back": "1"})
    assert [f.pk for f in client.get(url).context["files"]] == [file.pk]
    again = client.post(f"{url}detach/", {"file": file.pk, "back": "1"}, follow=True)
    assert "刚才已经处理过" in again.content.decode()


def test_what_was_sent_with_a_file_still_names_it_and_can_be_read(request_of, cast, sign_in):
    case = request_of(RequestState.DRAFT)
    client, url = sign_in(cast.committee), case.get_absolute_url()
    attached(client, url)
    file = Attachment.objects.get()
    case = FLOW.take(case, "submit", by=cast.committee)
    client.post(f"{url}detach/", {"file": file.pk})  # it is with the street
    assert Attachment.objects.get().removed_at is None
    case = FLOW.take(case, "send_back", by=cast.street, returned={"files": "换一份盖章的"})
    client.post(f"{url}detach/", {"file": file.pk})
    assert Attachment.objects.get().removed_by == cast.committee
    case = FLOW.take(StatusChange.objects.get(), "resubmit", by=cast.committee)
    sent = [Fact(*row) for row in FLOW.sent_before(case)]
    assert next(f.words for f in sent if f.label == "附件") == "证明.pdf"
    street = sign_in(cast.street)
    assert "证明.pdf" in street.get(url).content.decode()
    assert street.get(reverse("files:file", args=[file.pk])).status_code == 200


def test_a_file_of_another_case_is_not_touched(request_of, cast, sign_in):
    mine, other = request_of(RequestState.DRAFT), request_of(RequestState.DRAFT)
    client = sign_in(cast.committee)
    attached(client, other.get_absolute_url())
    file = Attachment.objects.get()
    for sent in (str(file.pk), "x", "9" * 40, "²"):
        page = client.post(f"{mine.get_absolute_url()}detach/", {"file": sent}, follow=True)
        assert "刚才已经处理过" in page.content.decode()
    assert (
        sign_in(cast.street).post(f"{other.get_absolute_url()}detach/", {"file": file.pk}).status_code == 302
    )
    assert (
        sign_in(cast.other_street).post(f"{other.get_absolute_url()}detach/", {"file": file.pk}).status_code
        == 404
    )
    assert Attachment.objects.get().removed_at is None


def test_a_holiday_entered_later_leaves_one_truth_about_what_is_late(request_of, cast, sign_in, monkeypatch):
    case = request_of()
    due = workdays.add(TODAY, 5)
    after = workdays.add(due, 1)
    StatusChange.objects.filter(pk=case.pk).update(due_on=due)
    workdays.correct(first=due, kind=DayKind.HOLIDAY, name="临时放假", legal_basis="测试", by=cast.officer)
    cache.clear()
    late = reverse("orgs:status_changes") + "?overdue=1"
    for today, is_late in ((due, False), (after, False), (workdays.add(after, 1), True)):
        monkeypatch.setattr(timezone, "localdate", lambda value=None, day=today: day)
        state, words = workdays.due(due, today)
        assert (state == "late") == workdays.is_late(due, today) == is_late, (today, words)
        assert StatusChange.objects.filter(workdays.late(today)).exists() == is_late
        assert sign_in(cast.street).get(late).context["count"] == int(is_late)
        case.due_on = due
    monkeypatch.setattr(timezone, "localdate", lambda value=None: after)
    case = FLOW.take(StatusChange.objects.get(pk=case.pk), "approve", by=cast.street, note="同意")
    assert case.in_time is True


def test_a_case_returned_on_the_day_after_a_late_holiday_has_lost_no_day(request_of, cast, monkeypatch):
    case = request_of()
    due = workdays.add(TODAY, 5)
    after = workdays.add(due, 1)
    StatusChange.objects.filter(pk=case.pk).update(due_on=due)
    workdays.correct(first=due, kind=DayKind.HOLIDAY, name="临时放假", legal_basis="测试", by=cast.officer)
    cache.clear()
    monkeypatch.setattr(timezone, "localdate", lambda value=None: after)
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "写明时间"})
    assert case.days_left == 0
