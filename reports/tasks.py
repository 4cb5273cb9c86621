"""The clock of the nights: what is due is found in the records, never in the broker."""

from celery import shared_task

from core import jobs, outages
from reports import actions


@shared_task(name="reports.tasks.nights")
def nights() -> None:
    """Every minute: the nights that are due, also those that a stopped machine missed or a kill interrupted."""
    if outages.short_of_space():
        return
    try:
        actions.nights(only_due=True)
    except actions.Busy:
        return


@shared_task
def run_nights(pk: int) -> None:
    jobs.run(pk, actions.carry_out)
