"""Background work of the filings: ids in, one action called."""

from celery import shared_task

from core import jobs
from filings.actions.reconcile import run


@shared_task
def run_reconciliation(pk: int) -> None:
    jobs.run(pk, run.work)
