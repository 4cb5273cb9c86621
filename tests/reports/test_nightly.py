import datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from orgs.models import CommunityTarget
from places.models import District
from reports import actions, queries
from reports.choices import RunState
from reports.models import LeadershipWorkbook, NightlyRun

pytestmark = pytest.mark.django_db
NIGHT = datetime.date(2026, 11, 2)
NEXT = NIGHT + datetime.timedelta(days=1)


@pytest.fixture
def register(make_org):
    return [make_org() for _ in range(3)]


def test_the_chain_records_each_step(register):
    run = actions.nightly(NIGHT, today=NEXT)
    assert (run.state, run.late, run.runs) == (RunState.DONE, False, 1)
    assert [(s.step, s.state) for s in run.steps.all()] == [
        ("dormancy", "done"), ("snapshot", "done"), ("workbook", "done"), ("duplicates", "done"), ("audit", "done"),
        ("digest", "done"),
    ]  # fmt: skip
    assert CommunityTarget.objects.filter(night=NIGHT).count() == 3
    assert LeadershipWorkbook.objects.get(date=NIGHT).run == run


def test_twice_on_one_date_changes_nothing(register):
    actions.nightly(NIGHT, today=NEXT)
    run = actions.nightly(NIGHT, today=NEXT)
    assert run.runs == 2
    assert [s.changed for s in run.steps.all()] == [0, 0, 0, 0, 0, 0]
    assert NightlyRun.objects.count() == 1


def moment(day: datetime.date, hour: int = 9, minute: int = 0) -> datetime.datetime:
    at = datetime.datetime.combine(day, datetime.time(hour, minute))
    return timezone.make_aware(at)


def test_a_missed_night_is_caught_up_and_called_late(register):
    actions.nightly(NIGHT, today=NEXT)
    now = moment(NIGHT + datetime.timedelta(days=4))
    assert queries.missing(now) == [NIGHT + datetime.timedelta(days=n) for n in (1, 2, 3)]
    runs = actions.nights(now=now)
    assert [(r.date.day, r.late) for r in runs] == [(3, True), (4, True), (5, False)]
    assert queries.missing(now) == []


def test_a_failing_step_is_told_and_does_not_stop_the_others(register, monkeypatch):
    def broken(date, run):
        raise RuntimeError("磁盘已满")

    monkeypatch.setattr(actions, "STEPS", [("workbook", broken), *actions.STEPS[:2]])
    run = actions.nightly(NIGHT, today=NEXT)
    assert run.state == RunState.FAILED
    assert [(s.step, s.state) for s in run.steps.all()] == [
        ("workbook", "failed"), ("dormancy", "done"), ("snapshot", "done")
    ]  # fmt: skip
    assert "磁盘已满" in run.steps.get(step="workbook").message
    assert queries.is_red(NEXT)
    monkeypatch.undo()
    assert actions.nightly(NIGHT, today=NEXT).state == RunState.DONE
    assert not queries.is_red(NEXT)


def test_the_command_names_each_step_and_fails_when_one_failed(register, capsys, monkeypatch):
    call_command("nightly", date=NIGHT)
    assert "达标快照：已完成，读取 3" in capsys.readouterr().out
    monkeypatch.setattr(actions, "STEPS", [("workbook", lambda date, run: 1 / 0)])
    with pytest.raises(CommandError, match="有步骤失败"):
        call_command("nightly", date=NIGHT)


def test_the_page_is_red_until_the_last_night_is_there(
    register, cast, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(cast.sysadmin)
    assert "没有运行" in client.get(reverse("reports:nightly")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("reports:nightly_run")).status_code == 302
    page = client.get(reverse("reports:nightly")).content.decode()
    assert "没有运行" not in page
    assert "达标快照" in page


@pytest.mark.parametrize("who", ["street", "committee", "auditor"])
def test_who_may_not_run_or_see_the_nights(who, cast, sign_in):
    client = sign_in(getattr(cast, who))
    assert client.get(reverse("reports:nightly")).status_code == 403
    assert client.post(reverse("reports:nightly_run")).status_code == 403


def test_the_leader_downloads_the_workbook_and_it_is_recorded(register, cast, sign_in):
    actions.nightly(NIGHT, today=NEXT)
    response = sign_in(cast.leader).get(reverse("reports:leadership_file", args=[NIGHT]))
    assert b"".join(response.streaming_content)[:2] == b"PK"
    assert AuditEvent.objects.filter(kind="export", user=cast.leader).count() == 1
    assert sign_in(cast.street).get(reverse("reports:leadership_file", args=[NIGHT])).status_code == 403


def test_a_workbook_of_several_districts_is_not_for_the_people_of_one(register, cast, sign_in):
    actions.nightly(NIGHT, today=NEXT)
    District.objects.create(code="999902", name="乙区")
    client = sign_in(cast.leader)
    assert client.get(reverse("reports:leadership_file", args=[NIGHT])).status_code == 404
    assert list(client.get(reverse("reports:leadership")).context["workbooks"]) == []


def test_home_lists_what_can_be_acted_on_with_the_count_of_the_list(register, cast, sign_in, make_org):
    make_org(status="rectifying", tier="registered", certificate_expires_on=datetime.date(2020, 1, 1))
    client = sign_in(cast.committee)
    entries = {entry.title: entry for entry in client.get("/").context["entries"]}
    assert set(entries) == {"证书已过期", "正在整改"}
    for entry in entries.values():
        assert client.get(entry.url).context["count"] == entry.count
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("who", ["department", "assessor", "sysadmin", "secadmin", "auditor"])
def test_home_opens_for_roles_without_business_data(who, cast, sign_in):
    response = sign_in(getattr(cast, who)).get("/")
    assert response.status_code == 200
    assert response.context["figures"] is None


def test_the_command_catches_up_and_then_has_nothing_to_do(register, capsys):
    call_command("nightly")
    assert NightlyRun.objects.get().state == RunState.DONE
    call_command("nightly")
    assert "没有漏掉的晚上" in capsys.readouterr().out
    assert NightlyRun.objects.get().runs == 1


def test_a_night_that_is_still_at_work_is_not_red(register):
    """Between midnight and its end the night before counts."""
    actions.nightly(NIGHT, today=NEXT)
    tomorrow = NEXT + datetime.timedelta(days=1)
    at = datetime.datetime.combine(tomorrow, datetime.time(0, 40), tzinfo=timezone.get_current_timezone())
    assert not queries.is_red(tomorrow, at)
    assert queries.is_red(tomorrow, at.replace(hour=2))
    assert queries.is_red(tomorrow + datetime.timedelta(days=1), at + datetime.timedelta(days=1))


def test_a_night_that_was_killed_or_came_too_early_is_red(register):
    """What has to be run again is red: the page and the clock have one idea of a night that is missing."""
    run = actions.nightly(NIGHT, today=NEXT)
    assert not queries.is_red(NEXT, moment(NEXT))
    NightlyRun.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    assert queries.is_red(NEXT, moment(NEXT)) and NIGHT in queries.missing(moment(NEXT))
    NightlyRun.objects.filter(pk=run.pk).update(state=RunState.DONE, started_at=moment(NIGHT, 15))
    assert queries.is_red(NEXT, moment(NEXT)) and NIGHT in queries.missing(moment(NEXT))


def test_a_night_that_has_not_come_is_refused(register, capsys):
    """A slip in the year would judge every later night by dates ahead."""
    ahead = timezone.localdate() + datetime.timedelta(days=1)
    with pytest.raises(CommandError, match="还没有到"):
        call_command("nightly", date=ahead)
    assert not NightlyRun.objects.exists()


def test_the_kept_workbook_goes_when_the_new_one_is_there(
    register, make_org, monkeypatch, django_capture_on_commit_callbacks
):
    actions.nightly(NIGHT, today=NEXT)
    kept = LeadershipWorkbook.objects.get(date=NIGHT)
    make_org()

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(type(kept.file), "save", full)
        assert actions.nightly(NIGHT, today=NEXT).state == RunState.FAILED
    kept.refresh_from_db()
    assert kept.file.storage.exists(kept.file.name)
    before = kept.file.name
    with django_capture_on_commit_callbacks(execute=True):
        actions.nightly(NIGHT, today=NEXT)
    kept.refresh_from_db()
    assert kept.file.storage.exists(kept.file.name)
    assert kept.file.name != before and not kept.file.storage.exists(before)


def test_a_leader_begins_with_the_figures_and_others_with_what_is_to_be_done(register, sign_in, cast):
    actions.nightly(NIGHT, today=NEXT)
    leader, officer = (sign_in(p).get("/").content.decode() for p in (cast.leader, cast.officer))
    assert leader.index("各社区平均") < leader.index("需要关注") < leader.index("在待办中查找")
    assert officer.index("在待办中查找") < officer.index("概况") and "需要关注" not in officer
