"""Background work of the register: ids in, one action called."""

from celery import shared_task

from core import jobs
from orgs.actions.imports import job, marked
from orgs.tables.ledgers import LEDGERS


@shared_task
def run_import(pk: int) -> None:
    jobs.run(pk, lambda taken, progress: job.work(taken, LEDGERS, progress))


@shared_task
def run_marked(pk: int) -> None:
    jobs.run(pk, lambda taken, progress: marked.work(taken, LEDGERS, progress))


jobs.runner(job.KIND, run_import.delay, page="orgs:import_detail")
jobs.runner(marked.MARKED, run_marked.delay)
