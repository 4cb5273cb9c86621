"""How a background job tells how far it is, and who may run it.

Progress is written by a thread of its own on a connection of its own: it shows while the job's transaction is still open,
and its heartbeat stops when the process dies, whatever the job itself is waiting for.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.choices import JobState
from core.models import Job

STALE_AFTER = timedelta(minutes=2)
MOST_ATTEMPTS = 3
WRITE_EVERY = 0.5  # seconds, when something moved
BEAT_EVERY = 10  # seconds, in any case

_senders: dict[str, Callable[[int], object]] = {}


def runner(kind: str, send: Callable[[int], object]) -> None:
    """`send(job id)` puts a job of this kind into the broker."""
    _senders[kind] = send


def enqueue(job: Job) -> None:
    """Send once the row is committed. If the broker is away the row stays queued and `requeue_stalled` sends it later."""

    def send():
        try:
            _senders[job.kind](job.pk)
        except (OSError, ConnectionError):
            return
        except Exception as error:  # kombu's own classes; this module need not know the broker
            if "kombu" not in type(error).__module__:
                raise

    transaction.on_commit(send)


def stale() -> Q:
    """Nobody has worked on the job for a while."""
    before = timezone.now() - STALE_AFTER
    return Q(heartbeat_at__lt=before) | Q(heartbeat_at__isnull=True, created_at__lt=before)


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


def close(pk: int, state: JobState, **fields) -> None:
    """End a job. Waiting for a person is not an end."""
    finished = None if state == JobState.WAITING else timezone.now()
    Job.objects.filter(pk=pk).update(state=state, finished_at=finished, heartbeat_at=timezone.now(), **fields)


class Progress:
    """`with Progress(job id) as progress:` then `progress.step(name, total)` and `progress.at(done)`, as often as wanted."""

    def __init__(self, pk: int):
        self.pk = pk
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

    def _write_until_ended(self) -> None:
        written, silent = None, 0.0
        try:
            while True:
                last = self._ended.is_set()
                if self.values != written or silent >= BEAT_EVERY:
                    written, silent = self.values, 0.0
                    # Once the job is closed, perhaps by a transaction that this waits for, its last words stay.
                    running = Job.objects.filter(pk=self.pk, state=JobState.RUNNING)
                    running.update(heartbeat_at=timezone.now(), **written)
                if last:
                    return
                self._ended.wait(WRITE_EVERY)
                silent += WRITE_EVERY
        finally:
            connection.close()  # this thread's own
