"""No state is left by another's late write: each attempt, person or worker that comes too late changes nothing."""

import datetime
import io
import threading

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from core import jobs, outages
from core import undo as acts
from core.choices import JobState
from core.jobs.tasks import requeue_stalled
from core.models import Job, Undone
from core.undo import job as undo_job
from filings.actions.reconcile import decide
from filings.actions.reconcile import run as reconcile
from filings.choices_reconcile import Decision
from filings.models import Difference, Line
from filings.queries import layouts
from orgs.actions import bulk
from orgs.actions.imports import job as imports
from orgs.actions.status import FLOW, ask
from orgs.choices import Tier
from orgs.models import Organization
from orgs.tables.ledgers import LEDGERS
from reports import actions
from reports.choices import RunState
from reports.models import NightlyRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def unsent(monkeypatch):
    """Nothing is sent: the tests play the workers themselves."""
    monkeypatch.setattr(jobs, "send", lambda task, pk: True)


COLUMNS = {"name": "群团名称", "street": "所属街道", "community": "所属居委", "leader_name": "负责人姓名"}
LEDGER = {
    "备案编号": "A-2020-0001", "团队名称": "晨光合唱队", "团队类型": "文体活动类", "街镇": "甲街", "社区": "甲一",
    "成员数": 20, "党员数": 3, "负责人": "张三", "联系电话": "13800138000", "状态": "已备案",
}  # fmt: skip


def workbook(*rows: dict) -> SimpleUploadedFile:
    """The rows under the names of their columns, below a title."""
    book, target = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["名册"])
    book.active.append([*rows[0]])
    for row in rows:
        book.active.append([*row.values()])
    book.save(target)
    return SimpleUploadedFile("名册.xlsx", target.getvalue())


@pytest.fixture
def filing(sources, cast):
    return reconcile.set_columns(
        source=sources["filing"], columns=COLUMNS, headers=[*COLUMNS.values()], run=None, by=cast.officer
    )


@pytest.fixture
def send(cast, filing, make_org):
    """send(leader) → a queued comparison of an export that holds one of our teams, with that leader."""

    def make(leader="张三"):
        team = make_org("春晓合唱队") if not Organization.objects.exists() else Organization.objects.get()
        cells = (team.name, team.street.name, team.community.name, leader)
        file = workbook(dict(zip(COLUMNS.values(), cells, strict=True)))
        return reconcile.submit(source=filing, file=file, by=cast.street)

    return make


def upload(cast) -> Job:
    """A ledger of one team, checked and waiting."""
    job = imports.submit(ledger=LEDGERS["teams"], file=workbook(LEDGER), by=cast.officer)
    imports.work(job.pk, LEDGERS)
    job.refresh_from_db()
    assert (job.state, job.result["counts"]["rejected"]) == (JobState.WAITING, 0), job.result
    return job


def elsewhere(act) -> None:
    """Run in a thread, which has a connection of its own, and hand on what it raised."""
    raised = []

    def run():
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def new_job(cast, **fields) -> Job:
    return Job.objects.create(kind="export", title="导出", owner=cast.officer, **fields)


def stale(pk: int) -> None:
    Job.objects.filter(pk=pk).update(heartbeat_at=timezone.now() - 2 * jobs.STALE_AFTER)


@pytest.mark.parametrize("state", [s for s in JobState if s not in (JobState.QUEUED, JobState.RUNNING)])
def test_a_job_that_ended_is_not_ended_again(cast, state):
    job = new_job(cast)
    held = jobs.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), message="先到")
    for late in JobState:
        assert jobs.settle(held, late, message="后到") is False
        with pytest.raises(jobs.Stopped):
            jobs.end(held, late, message="后到")
    job.refresh_from_db()
    assert (job.state, job.message) == (state, "先到")


def test_of_two_attempts_only_the_one_that_holds_the_job_ends_it(cast):
    job = new_job(cast)
    first = jobs.claim(job.pk)
    stale(job.pk)
    second = jobs.claim(job.pk)
    assert jobs.settle(first, JobState.FAILED, message="第一个") is False
    assert jobs.settle(second, JobState.DONE, message="第二个") is True
    assert jobs.settle(first, JobState.FAILED) is False
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "第二个")


def test_a_job_from_before_the_clock_was_put_back_is_taken_up(cast):
    job = new_job(cast)
    held = jobs.claim(job.pk)
    assert requeue_stalled() == 0
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() + datetime.timedelta(hours=2))
    assert requeue_stalled() == 1
    assert jobs.claim(job.pk).started_at != held.started_at
    Job.objects.filter(pk=job.pk).update(
        state=JobState.QUEUED, heartbeat_at=None, created_at=timezone.now() + datetime.timedelta(hours=2)
    )
    assert requeue_stalled() == 1


def test_cancelling_what_has_just_ended_is_refused(cast):
    job = new_job(cast)
    jobs.settle(jobs.claim(job.pk), JobState.DONE, message="完成")
    assert jobs.cancel(job.pk, JobState.QUEUED, JobState.RUNNING, message="取消") is False
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_what_ended_meanwhile_is_not_given_up_as_stalled(cast, monkeypatch):
    job = new_job(cast, attempts=3, state=JobState.RUNNING, started_at=timezone.now())
    stale(job.pk)
    real_update = Job.objects.all().update.__func__
    ended = []

    def update(rows, **values):
        if not ended and values.get("state") == JobState.FAILED:
            ended.append(1)  # between the look of the clock and its word
            elsewhere(lambda: Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now()))
        return real_update(rows, **values)

    monkeypatch.setattr(type(Job.objects.all()), "update", update)
    assert requeue_stalled() == 0 and ended
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_a_cancelled_reconciliation_stays_cancelled_wherever_it_was_cancelled(filing, send, monkeypatch):
    """While the headers are read, and while the lines are compared."""
    for owner, name, columns in ((layouts, "read_headers", {}), (reconcile, "compare", COLUMNS)):
        filing.columns = columns
        filing.save()
        run, real = send(), getattr(owner, name)

        def late(*args, real=real, run=run, **kwargs):
            found = real(*args, **kwargs)
            elsewhere(lambda: reconcile.cancel(run=run))
            return found

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, late)
            jobs.run(run.pk, reconcile.work)
        run.job.refresh_from_db()
        assert (run.job.state, run.job.file.name) == (JobState.CANCELLED, "")
        assert not Line.objects.filter(run=run).exists()


def test_a_waiting_reconciliation_ends_once(filing, send):
    filing.columns = {}
    filing.save()
    run = send()
    jobs.run(run.pk, reconcile.work)
    run.job.refresh_from_db()
    assert run.job.state == JobState.WAITING
    reconcile.cancel(run=run)
    with pytest.raises(ValidationError, match="已经结束"):
        reconcile.cancel(run=run)
    jobs.run(run.pk, reconcile.work)  # delivered once more
    run.job.refresh_from_db()
    assert run.job.state == JobState.CANCELLED


def test_an_import_that_another_worker_took_over_writes_once(cast, monkeypatch):
    job = upload(cast)
    imports.confirm(job=job, good_only=False)
    real, taken = imports.run.run, []

    def overtaken(*args, **kwargs):
        outcome = real(*args, **kwargs)  # all is written, nothing committed
        if not taken:
            taken.append(1)
            elsewhere(lambda: Job.objects.filter(pk=job.pk).update(started_at=timezone.now()))
        return outcome

    with monkeypatch.context() as patch:
        patch.setattr(imports.run, "run", overtaken)
        imports.work(job.pk, LEDGERS)
    assert not Organization.objects.exists()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING  # of the one that took over
    stale(job.pk)
    imports.work(job.pk, LEDGERS)
    imports.work(job.pk, LEDGERS)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Organization.objects.count() == job.result["counts"]["created"] == 1


def test_an_import_is_confirmed_or_cancelled_but_not_both(cast):
    job = upload(cast)
    imports.confirm(job=job, good_only=False)
    for act in (lambda: imports.cancel(job=job), lambda: imports.confirm(job=job, good_only=True)):
        with pytest.raises(ValidationError, match="已经确认或取消过"):
            act()
    job.refresh_from_db()
    assert (job.state, job.params["choices"]["good_only"]) == (JobState.QUEUED, False)


def test_an_undo_and_the_end_of_its_job_are_one(cast, make_org, monkeypatch):
    """Killed at the last moment: the act is not taken back, and the next worker takes it back and says so."""
    teams = [make_org(tier=Tier.GROUP) for _ in range(3)]
    bulk.change_terms([t.pk for t in teams], category="charity", by=cast.officer, reason="归类")
    act = acts.act_of(teams[0].events.order_by("-pgh_id").first().pgh_context_id)
    job = undo_job.submit(act, cast.officer, [])

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "end", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.run(job.pk, undo_job.work)
    assert not Undone.objects.exists()
    assert Organization.objects.filter(category="charity").count() == 3
    stale(job.pk)
    requeue_stalled()
    jobs.run(job.pk, undo_job.work)
    jobs.run(job.pk, undo_job.work)  # delivered twice
    job.refresh_from_db()
    assert job.state == JobState.DONE and "恢复 3 条" in job.message
    assert Organization.objects.filter(category="culture").count() == 3


def test_a_night_is_closed_only_by_the_attempt_that_holds_it(cast, monkeypatch):
    night = datetime.date(2026, 11, 2)

    def overtaken(date, run):
        newer = NightlyRun.objects.filter(pk=run.pk)
        elsewhere(lambda: newer.update(runs=9, state=RunState.DONE, finished_at=timezone.now()))
        raise RuntimeError("too late")

    monkeypatch.setattr(actions, "STEPS", [("workbook", overtaken)])
    actions.nightly(night)
    run = NightlyRun.objects.get()
    assert (run.state, run.runs) == (RunState.DONE, 9)


def test_of_two_who_decide_on_one_value_the_second_is_told(cast, send):
    jobs.run(send("李四").pk, reconcile.work)
    found, caught = Difference.objects.get(), []

    def keeps():
        try:
            decide.keep([found.pk], by=cast.officer, reason="保留")
        except ValidationError as refused:
            caught.append(str(refused))
        finally:
            connection.close()

    other = threading.Thread(target=keeps)
    with transaction.atomic():
        decide.adopt_one(found, by=cast.street)
        other.start()
        other.join(0.5)
        assert other.is_alive()  # waits for the first to be done
    other.join(20)
    assert "刚才有人" in caught[0]
    found.refresh_from_db()
    assert (found.decision, found.decided_by) == (Decision.ADOPTED, cast.street)


@pytest.mark.parametrize(
    ("first", "second"), [("approve", "refuse"), ("refuse", "approve"), ("withdraw", "approve")]
)
def test_of_two_who_decide_on_one_case_the_second_finds_it_decided(cast, make_org, first, second):
    case = ask(
        make_org(), by=cast.committee, status="stopped", effective_on=timezone.localdate(), reason="不再活动"
    )
    people, caught = {"approve": cast.street, "refuse": cast.street, "withdraw": cast.committee}, []

    def late():
        try:
            FLOW.take(case, second, by=people[second], note="后到")
        except ValidationError as refused:
            caught.append("".join(refused.messages))
        finally:
            connection.close()

    other = threading.Thread(target=late)
    with transaction.atomic():
        taken = FLOW.take(case, first, by=people[first], note="先到")
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(20)
    assert "刷新页面" in caught[0]
    case.refresh_from_db()
    assert (case.state, case.said["words"]) == (taken.state, "先到")


def test_a_preview_that_changed_meanwhile_is_not_carried_out(cast):
    """Confirmed is what the person saw, also when another preview is made at the same moment."""
    job = new_job(cast, state=JobState.WAITING, result={"at": "9:00", "change": 1})
    Job.objects.filter(pk=job.pk).update(result={"at": "9:01", "change": 5})
    assert jobs.again(job.pk, JobState.WAITING, still=lambda now: now.result["at"] == "9:00") is False
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_what_is_away_just_now_goes_back_into_the_queue(cast, monkeypatch):
    job = new_job(cast)

    def full(job, progress):
        raise OSError(28, "No space left on device")

    jobs.run(job.pk, full)
    job.refresh_from_db()
    assert (job.state, job.finished_at, job.step) == (JobState.QUEUED, None, jobs.GOING_ON)
    monkeypatch.setattr(outages, "short_of_space", lambda: True)
    jobs.run(job.pk, full)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.QUEUED, 1)  # nothing was begun
