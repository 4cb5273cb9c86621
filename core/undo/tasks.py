from celery import shared_task

from core import jobs
from core.undo import job as undo_job


@shared_task
def run_undo(pk: int) -> None:
    jobs.run(pk, undo_job.work)
