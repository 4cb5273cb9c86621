"""How a background job tells how far it is, and who may run it.

Progress is written by a thread of its own on a connection of its own: it shows while the job's transaction is still open,
and its heartbeat stops when the process dies, whatever the job itself is waiting for.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core import outages
from core.choices import JobState
from core.models import Job
from core.registry import JOBS
from core.sending import send

log = logging.getLogger(__name__)
STALE_AFTER = timedelta(
    seconds=50
)  # five beats missed; beat looks every minute: within two minutes somebody goes on
MOST_ATTEMPTS = 3
LONGEST = 30 * 60  # seconds; what takes longer waits for something that will not come
WRITE_EVERY = 0.5  # seconds, when something moved
BEAT_EVERY = 10  # seconds, in any case
GOING_ON = "处理曾中断，正在重新排队"

REFUSED = "refused"  # in the result of a job that its owner was told a reason for: nothing that anybody else must see to


class Refused(Exception):
    """The job cannot be done; the sentence is for its owner."""


class Stopped(Exception):
    """Somebody cancelled the job, or it was given to another worker."""


def page_of(job: Job) -> str:
    """Url name of the page that shows this job better than the general one, or nothing."""
    return JOBS[job.kind].page if job.kind in JOBS else ""


def enqueue(job: Job) -> None:
    """Send once the row is committed. What the broker does not take stays queued and `requeue_stalled` sends it later."""
    transaction.on_commit(lambda: send(JOBS[job.kind].task, job.pk), robust=True)


def stale() -> Q:
    """Nobody has worked on the job for a while; a sign of life from the future is one from before the clock was put back."""
    now = timezone.now()
    before, after = now - STALE_AFTER, now + STALE_AFTER
    return (
        Q(heartbeat_at__lt=before)
        | Q(heartbeat_at__gt=after)
        | Q(heartbeat_at__isnull=True) & (Q(created_at__lt=before) | Q(created_at__gt=after))
    )


def claim(pk: int) -> Job | None:
    """Take a queued job (or one whose worker died). None when somebody else has it: a second delivery is harmless."""
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING) & stale()
    taken = Job.objects.filter(free, pk=pk).update(
        state=JobState.RUNNING,
        started_at=now,
        heartbeat_at=now,
        attempts=F("attempts") + 1,
        message="",
        done=0,
    )
    return Job.objects.get(pk=pk) if taken else None


def settle(job: Job, state: JobState, **fields) -> bool:
    """End what this attempt holds; False when it was cancelled or went to another worker meanwhile.

    Waiting for a person is not an end: the job then has no moment at which it was finished.
    """
    now = timezone.now()
    held = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, started_at=job.started_at)
    finished = None if state == JobState.WAITING else now
    values = {"step": "", "finished_at": finished, "heartbeat_at": now} | fields
    return bool(held.update(state=state, **values))


def end(job: Job, state: JobState, **fields) -> None:
    """`settle`, or `Stopped`: within a transaction nothing remains of what a job did that it no longer holds."""
    if not settle(job, state, **fields):
        raise Stopped


def again(
    pk: int, *states: JobState, params: dict | None = None, still: Callable[[Job], bool] = lambda job: True
) -> bool:
    """Queue a job that waits or has ended, with `params` added; False when it is in none of the states.

    still: whether the job, which nobody can change now, is what the person decided on.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=pk)
        if job.state not in states or not still(job):
            return False
        job.params |= params or {}
        job.result.pop(REFUSED, None)
        # The heartbeat starts anew: a job that waited a day for a person is not stalled.
        job.state, job.finished_at, job.heartbeat_at = JobState.QUEUED, None, timezone.now()
        job.attempts, job.step, job.done, job.message = 0, "", 0, ""
        job.save()
        enqueue(job)
    return True


def cancel(pk: int, *states: JobState, message: str) -> bool:
    """End a job by hand. A worker that has it notices at its next row, or when it wants to commit."""
    closing = Job.objects.filter(pk=pk, state__in=states)
    return bool(
        closing.update(state=JobState.CANCELLED, finished_at=timezone.now(), message=message, step="")
    )


def run(pk: int, work: Callable[[Job, "Progress"], None]) -> None:
    """Take a job and do it; `work` settles it. However it ends, the job says so. Harmless when delivered twice.

    What fails because the database or the disk is away goes back into the queue, as often as what was killed; while the
    disk is full nothing is begun.
    """
    if outages.short_of_space():
        return
    job = claim(pk)
    if job is None:
        return
    try:
        with Progress(pk, job.started_at) as progress:
            work(job, progress)
    except Stopped:
        return
    except (Refused, PermissionDenied) as refused:
        settle(job, JobState.FAILED, message=str(refused), result=job.result | {REFUSED: True})
    except Exception as error:
        log.exception("job %s failed", pk)
        if outages.passing(error):
            put_back(job)
            return
        told = f"处理时出错，没有完成。请重试；如再次失败，请把任务编号 {pk} 告知系统管理员。"
        settle(job, JobState.FAILED, message=told)


def put_back(job: Job, step: str = GOING_ON, counted: bool = True) -> None:
    """Queue again what could not be done just now; `requeue_stalled` sends it. Without a database its heart just stops.

    counted: whether this was an attempt, of which there are not many.
    """
    if connection.connection is not None and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    attempts = job.attempts if counted else job.attempts - 1
    settle(job, JobState.QUEUED, finished_at=None, attempts=attempts, step=step)


class Progress:
    """`with Progress(job id) as progress:` then `progress.step(name, total)` and `progress.at(done)`, as often as wanted.

    started_at: of the attempt that reports; `go_on()` raises Stopped once the job was cancelled or taken by another.
    """

    def __init__(self, pk: int, started_at: datetime | None = None):
        self.pk = pk
        self.held = {"pk": pk, "state": JobState.RUNNING}
        if started_at:
            self.held["started_at"] = started_at
        self.stopped = False
        self.values = {"step": "", "total": 0, "done": 0}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write_until_ended, name=f"job-{pk}", daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ended.set()
        self._thread.join(timeout=30)

    def step(self, name: str, total: int) -> None:
        self.values = {"step": name, "total": total, "done": 0}

    def at(self, done: int) -> None:
        self.values = self.values | {"done": done}

    def go_on(self) -> None:
        if self.stopped:
            raise Stopped

    def _write_until_ended(self) -> None:
        written, silent = None, 0.0
        try:
            while True:
                last = self._ended.is_set()
                if self.values != written or silent >= BEAT_EVERY:
                    written, silent = self.values, 0.0
                    # Once the job is closed, perhaps by a transaction that this waits for, its last words stay.
                    running = Job.objects.filter(**self.held)
                    self.stopped = not running.update(heartbeat_at=timezone.now(), **written)
                if last:
                    return
                self._ended.wait(WRITE_EVERY)
                silent += WRITE_EVERY
        finally:
            connection.close()  # this thread's own
