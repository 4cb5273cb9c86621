"""Ledgers that were sent in hold personal data: the file and what was made of it are kept for a dated while, then deleted."""

import datetime
import logging
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.utils import timezone

from core.choices import JOB_OPEN, JobState
from core.models import Job
from core.policy import UPLOAD_DAYS
from core.registry import JOBS
from core.settings.parameters import value

log = logging.getLogger(__name__)
REMOVED = "removed_on"  # the key of a job's result that says when its files were deleted
FORGOTTEN = "超过文件保留期限没有确认，已自动取消，没有写入任何内容。"


@dataclass(frozen=True)
class Upload:
    """What a page says of an upload: until when it is kept, or on which day it was deleted."""

    until: datetime.date
    removed_on: str = ""


def of(job: Job) -> Upload:
    """By the number in force on the day on which it was sent: what the page said then stays true."""
    sent = timezone.localdate(job.created_at)
    days = int(value(UPLOAD_DAYS, sent))
    return Upload(sent + datetime.timedelta(days=days), job.result.get(REMOVED, ""))


def gone(job: Job) -> str:
    """Why a file cannot be fetched any more, as a sentence; empty while it is there."""
    day = job.result.get(REMOVED, "") if job.kind in _kinds() else ""
    return f"上传的文件和标注副本已于 {day} 按保留期限删除。" if day else ""


def delete_expired(today: datetime.date | None = None) -> int:
    """Delete the files of uploads past their day; how many. One that cannot be deleted stops no other."""
    today, days = today or timezone.localdate(), lru_cache(lambda day: int(value(UPLOAD_DAYS, day)))
    old = Job.objects.filter(kind__in=_kinds()).exclude(state__in=JOB_OPEN).exclude(result__has_key=REMOVED)
    deleted = 0
    for pk, created_at in old.order_by("pk").values_list("pk", "created_at"):
        sent = timezone.localdate(created_at)
        if sent + datetime.timedelta(days=days(sent)) < today:
            try:
                deleted += _delete(pk, today)
            except OSError:
                log.exception("upload of job %s could not be deleted", pk)
    return deleted


@transaction.atomic
def _delete(pk: int, today: datetime.date) -> bool:
    """Files first: what is interrupted is found again the next night."""
    job = Job.objects.select_for_update().get(pk=pk)
    if job.is_open:
        return False
    if job.file:
        job.file.delete(save=False)
    JOBS[job.kind].forget(job)
    job.result[REMOVED] = today.isoformat()
    if job.state == JobState.WAITING:
        job.state, job.finished_at, job.message = JobState.CANCELLED, timezone.now(), FORGOTTEN
    job.save(update_fields=["file", "result", "state", "finished_at", "message"])
    return True


def _kinds() -> list[str]:
    return [name for name, kind in JOBS.items() if kind.uploaded]
