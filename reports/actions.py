"""The nightly chain: a short table of steps, each (date, run) → (rows read, rows changed)."""

import datetime
import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.db import connection
from django.utils import timezone

from core import digest
from core.audit import verify
from core.scope import Area
from orgs.actions import duplicates
from orgs.actions.dormancy import mark
from orgs.actions.targets import snapshot
from reports.choices import RunState, Step
from reports.models import LeadershipWorkbook, NightlyRun, NightlyStep
from reports.queries import missed
from reports.workbook import build

log = logging.getLogger(__name__)
LOCK = 20210001  # one chain at a time, whoever starts it


def workbook(date: datetime.date, run: NightlyRun | None) -> tuple[int, int]:
    """Build the workbook of a night and keep it; nothing is written when its contents are those already kept."""
    kept = LeadershipWorkbook.objects.filter(date=date).first()
    with tempfile.TemporaryDirectory(prefix="leadership-") as folder:
        path = Path(folder) / f"长宁区社会组织工作日报_{date:%Y%m%d}.xlsx"
        manifest = build(night=date, area=Area("all"), run_number=run.pk if run else None, path=path)
        read = sum(manifest.rows.values())
        if kept and kept.digest == manifest.digest and kept.file.storage.exists(kept.file.name):
            return read, 0
        made = kept or LeadershipWorkbook(date=date)
        if kept:
            kept.file.delete(save=False)
        made.run, made.rows, made.digest = run, manifest.rows, manifest.digest
        with path.open("rb") as content:
            made.file.save(path.name, File(content), save=True)
    return read, 1


def dormancy(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """Judge as of the newest night that ever ran: catching up on an older one must not turn the judgement back."""
    newest = NightlyRun.objects.order_by("-date").values_list("date", flat=True).first()
    return mark(max(date, newest or date))


def duplicates_since_last(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """What was saved since the last complete night is compared with everything; the first night, all with all."""
    last = NightlyRun.objects.filter(state=RunState.DONE).exclude(pk=run.pk).order_by("-started_at").first()
    return duplicates.find(last.started_at if last else None)


def morning_mail(date: datetime.date, run: NightlyRun) -> tuple[int, int]:
    """The mails of the morning after; a night that is caught up later sends none."""
    morning = date + datetime.timedelta(days=1)
    return digest.send(morning) if morning >= timezone.localdate() else (0, 0)


# Dormancy first: the snapshot of a night counts the dormant of that night.
STEPS = [
    (Step.DORMANCY, dormancy),
    (Step.SNAPSHOT, lambda date, run: snapshot(date)),
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
            raise Busy("夜间任务正在运行，请稍后再看结果。")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def nightly(date: datetime.date, *, by=None, today: datetime.date | None = None) -> NightlyRun:
    """Run the chain of a date. A step that fails is recorded and does not stop the ones after it.

    Run again it changes nothing that is right already. Raises Busy while another chain runs.
    """
    today = today or timezone.localdate()
    with alone():
        run, _ = NightlyRun.objects.get_or_create(
            date=date,
            defaults={"started_at": timezone.now(), "late": date < today - datetime.timedelta(days=1)},
        )
        run.state, run.started_at, run.finished_at = RunState.RUNNING, timezone.now(), None
        run.runs, run.started_by = run.runs + 1, by
        run.save()
        states = [take(step, action, date, run) for step, action in STEPS]
        run.state = RunState.FAILED if RunState.FAILED in states else RunState.DONE
        run.finished_at = timezone.now()
        run.save(update_fields=["state", "finished_at"])
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


def catch_up(today: datetime.date) -> list[NightlyRun]:
    """Run every night that was missed, oldest first. What is past is told apart as 补采: it shows today's register."""
    return [nightly(date, today=today) for date in missed(today)]
