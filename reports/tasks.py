import datetime

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from reports import actions, queries


@shared_task(name="reports.tasks.nightly")
def nightly(date: str = "", by: int | None = None):
    """The chain of a date (default: yesterday). A second start while one runs does nothing."""
    night = datetime.date.fromisoformat(date) if date else queries.last_night()[0]
    try:
        actions.nightly(night, by=User.objects.filter(pk=by).first())
    except actions.Busy:
        return


@shared_task(name="reports.tasks.catch_up")
def catch_up():
    """Hourly: nights that a stopped machine missed, and failed ones, are run."""
    try:
        actions.catch_up(timezone.localdate())
    except actions.Busy:
        return
