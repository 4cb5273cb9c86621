"""Reads of the nights: which ran, which is missing, which needs somebody."""

import datetime

from django.utils import timezone

from reports.choices import RunState
from reports.models import LeadershipWorkbook, NightlyRun

CATCH_UP_DAYS = 31
STALE_AFTER = datetime.timedelta(hours=2)


def runs(limit: int = 60):
    return NightlyRun.objects.prefetch_related("steps").select_related("started_by")[:limit]


def last_night(today: datetime.date | None = None) -> tuple[datetime.date, NightlyRun | None]:
    """(the date that should have run by this morning, its run if there is one)."""
    night = (today or timezone.localdate()) - datetime.timedelta(days=1)
    return night, NightlyRun.objects.filter(date=night).first()


def is_red(today: datetime.date | None = None) -> bool:
    """Whether the last night is missing or failed, so that no figure of it may be shown without its date."""
    _, run = last_night(today)
    return run is None or run.state == RunState.FAILED


def missed(today: datetime.date) -> list[datetime.date]:
    """Nights since the last finished run that did not finish, oldest first, at most CATCH_UP_DAYS back."""
    night = today - datetime.timedelta(days=1)
    done = set(NightlyRun.objects.filter(state=RunState.DONE).values_list("date", flat=True))
    if not done:
        return [night]
    first = max(max(done), night - datetime.timedelta(days=CATCH_UP_DAYS)) + datetime.timedelta(days=1)
    days = [first + datetime.timedelta(days=n) for n in range((night - first).days + 1)]
    return [day for day in days if day not in done]


def workbooks(limit: int = 60):
    return LeadershipWorkbook.objects.select_related("run")[:limit]


def workbook_of(date: datetime.date) -> LeadershipWorkbook | None:
    """The workbook of a night. No area: its grant is for the whole district."""
    return LeadershipWorkbook.objects.filter(date=date).first()


def run_of(date: datetime.date) -> NightlyRun | None:
    return NightlyRun.objects.filter(date=date).first()
