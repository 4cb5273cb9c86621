"""The nightly chain: a short table of steps, each (date, run) → (rows read, rows changed)."""

import datetime
import logging
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone

from core import jobs, scratch
from core.audit import verify
from core.casework import digest
from core.choices import JOB_OPEN, JobState
from core.models import Job
from core.scope import Area
from orgs.actions import duplicates
from orgs.actions.dormancy import mark
from orgs.actions.targets import snapshot
from reports import policy, queries
from reports.choices import RunState, Step
from reports.models import LeadershipWorkbook, NightlyRun, NightlyStep
from reports.workbook import build

log = logging.getLogger(__name__)
LOCK = 20210001  # one chain at a time, whoever starts it


def workbook(date: datetime.date, run: NightlyRun | None) -> tuple[int, int]:
    """Build the workbook of a night and keep it; nothing is written when its contents are those already kept."""
    kept = LeadershipWorkbook.objects.filter(date=date).first()
    with scratch.folder("leadership") as folder:
        path = folder / f"长宁区社会组织工作日报_{date:%Y%m%d}.xlsx"
        manifest = build(night=date, area=Area("all"), run_number=run.pk if run else None, path=path)
        read = sum(manifest.rows.values())
        if kept and kept.digest == manifest.digest and kept.file.storage.exists(kept.file.name):
            return read, 0
        made = kept or LeadershipWorkbook(date=date)
        before = kept.file.name if kept else ""
        made.run, made.rows, made.digest = run, manifest.rows, manifest.digest
        with path.open("rb") as content:
            made.file.save(path.name, File(content), save=True)
        if before:  # the old one goes only when the new one is there for good
            transaction.on_commit(lambda: made.file.storage.delete(before), robust=True)
    return read, 1


def dormancy(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """Judge as of the newest night that ever ran: catching up on an older one must not turn the judgement back."""
    past = NightlyRun.objects.filter(date__lte=timezone.localdate())
    newest = past.order_by("-date").values_list("date", flat=True).first()
    return mark(max(date, newest or date))


def duplicates_since_last(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """What was saved since records were last compared is compared with everything; the first night, all with all."""
    done = NightlyStep.objects.filter(step=Step.DUPLICATES, state=RunState.DONE)
    since = done.order_by("-started_at").values_list("started_at", flat=True).first()
    if since and since > timezone.now():  # the clock was put back: what was saved since then seems older
        since = None
    return duplicates.find(since)


def figures(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """The snapshot. One that was made by hand before the day was over is made anew by the night itself."""
    own_night = date == policy.last_night(timezone.localtime())
    return snapshot(date, today=date if own_night and not run.counted else None)


def morning_mail(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """The mails of the morning after; a night that is caught up later sends none."""
    morning = date + datetime.timedelta(days=1)
    return digest.send(morning) if morning >= timezone.localdate() else (0, 0)


# Dormancy first: the snapshot of a night counts the dormant of that night.
STEPS = [
    (Step.DORMANCY, dormancy),
    (Step.SNAPSHOT, figures),
    (Step.WORKBOOK, workbook),
    (Step.DUPLICATES, duplicates_since_last),
    (Step.AUDIT, lambda date, run: verify.nightly()),
    (Step.DIGEST, morning_mail),
]


class Busy(Exception):
    """Another chain is running now."""


@contextmanager
def alone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Busy("夜间任务正在运行，等它结束")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def nights(
    *,
    by=None,
    only_due: bool = False,
    again: datetime.date | None = None,
    now: datetime.datetime | None = None,
) -> list[NightlyRun]:
    """Run every night that is missing, oldest first: the one rule for the clock, the screen and the command.

    only_due: leave out what failed just now; again: a date that is run in any case, after those. What is past is told
    apart as 补采: it shows today's register. Raises Busy while another chain runs.
    """
    with alone():
        days = queries.due(now) if only_due else queries.missing(now)
        if again:
            days = [*(day for day in days if day != again), again]
        return [_night(day, by, timezone.localdate(now)) for day in days]


def nightly(date: datetime.date, *, by=None, today: datetime.date | None = None) -> NightlyRun:
    """Run the chain of one date and of no other; what it leaves missing stays so. Raises Busy while another chain runs.

    ValidationError when the day has not come: its figures would be judged by dates ahead and never be right.
    """
    today = today or timezone.localdate()
    if date > today:
        raise ValidationError(f"{date} 还没有到，不能运行那一晚。请核对日期。")
    with alone():
        return _night(date, by, today)


def _night(date: datetime.date, by, today: datetime.date) -> NightlyRun:
    """A step that fails is recorded and does not stop the ones after it. Run again it changes nothing that is right."""
    run, new = NightlyRun.objects.get_or_create(date=date, defaults={"started_at": timezone.now()})
    counted = run.steps.filter(step=Step.SNAPSHOT, state=RunState.DONE).values_list("started_at", flat=True)
    run.counted = any(timezone.localdate(at) > date for at in counted)
    if not run.counted:
        run.late = date < today - datetime.timedelta(days=1)
    run.state, run.started_at, run.finished_at = RunState.RUNNING, timezone.now(), None
    run.runs, run.started_by = run.runs + 1, by
    run.save()
    states = [take(step, action, date, run) for step, action in STEPS]
    run.state = RunState.FAILED if RunState.FAILED in states else RunState.DONE
    run.finished_at = timezone.now()
    held = NightlyRun.objects.filter(pk=run.pk, state=RunState.RUNNING, runs=run.runs)
    held.update(state=run.state, finished_at=run.finished_at)
    return run


def take(step: Step, action, date: datetime.date, run: NightlyRun) -> RunState:
    """One step of the chain, with its record."""
    NightlyStep.objects.filter(run=run, step=step).delete()
    record = NightlyStep.objects.create(run=run, step=step, started_at=timezone.now())
    try:
        record.read, record.changed = action(date, run)
        record.state = RunState.DONE
    except Exception as error:
        log.exception("nightly step %s of %s failed", step, date)
        record.state, record.failed = RunState.FAILED, 1
        record.message = f"{type(error).__name__}：{error}"[:500]
    record.finished_at = timezone.now()
    record.save()
    return RunState(record.state)


# ---- asked for by a person ----

KIND = "reports.nights"


@transaction.atomic
def ask(*, by) -> Job:
    """Queue the missing nights, or last night once more when none is missing. One asking is worked on at a time."""
    found = Job.objects.filter(kind=KIND, state__in=JOB_OPEN).first()
    if found is None:
        found = Job.objects.create(kind=KIND, title="运行夜间任务", owner=by)
        jobs.enqueue(found)
    return found


def carry_out(job: Job, progress: jobs.Progress) -> None:
    """What the worker does when a person asked. Killed and taken up again it does not repeat what was finished meanwhile."""
    night = policy.last_night(timezone.localtime())
    run = queries.run_of(night)
    fresh = run and run.state == RunState.DONE and run.started_at >= job.created_at
    try:
        ran = nights(by=job.owner, again=None if fresh or queries.missing() else night)
    except Busy as busy:
        jobs.put_back(job, str(busy), counted=False)
        return
    told = "，".join(f"{run.date} {run.get_state_display()}" for run in ran)
    jobs.end(job, JobState.DONE, message=f"{told or f'{night} 已完成'}。")
