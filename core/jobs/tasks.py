from celery import shared_task
from django.utils import timezone

from core import jobs
from core.choices import JOB_OPEN, JobState
from core.jobs import bulk, exports
from core.models import Job


@shared_task(soft_time_limit=jobs.LONGEST)
def run_export(pk: int) -> None:
    jobs.run(pk, exports.make)


@shared_task(soft_time_limit=jobs.LONGEST)
def run_bulk(pk: int) -> None:
    jobs.run(pk, bulk.carry_out)


@shared_task
def requeue_stalled() -> int:
    """Send again what nobody has worked on for five heartbeats; after three attempts give it up with a sentence."""
    count = 0
    for job in Job.objects.filter(jobs.stale(), state__in=JOB_OPEN):
        same = Job.objects.filter(pk=job.pk, state=job.state, heartbeat_at=job.heartbeat_at)
        if job.attempts >= jobs.MOST_ATTEMPTS:
            same.update(
                state=JobState.FAILED,
                finished_at=timezone.now(),
                message=f"后台处理中断了 {job.attempts} 次，已停止。请重新提交；如再次失败，请联系系统管理员。",
            )
        elif same.update(state=JobState.QUEUED, heartbeat_at=timezone.now(), step=jobs.GOING_ON):
            jobs.enqueue(job)
            count += 1
    return count
