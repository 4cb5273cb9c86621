"""Background work of the register: ids in, one action called."""

from celery import shared_task

from orgs.actions.imports import job, marked
from orgs.tables.ledgers import LEDGERS


@shared_task
def run_import(pk: int) -> None:
    job.work(pk, LEDGERS)


@shared_task
def run_marked(pk: int) -> None:
    marked.work(pk, LEDGERS)
