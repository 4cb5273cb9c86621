"""Reads of the major events."""

from django.db.models import QuerySet
from django.utils import timezone

from core.settings import workdays
from filings.models import MajorEvent
from orgs.models import Activity, Organization


def activity_of(case: MajorEvent) -> Activity | None:
    """The record of this event that the register holds already."""
    same = Activity.objects.filter(organization=case.organization_id, name=case.name, held_on=case.starts_on)
    return same.first()


def of(user, organization: Organization) -> QuerySet:
    """The major events of an organisation that this person may see, newest first."""
    return MajorEvent.objects.visible_to(user).filter(organization=organization).order_by("-starts_at")


def overdue(rows: QuerySet) -> QuerySet:
    """Cases whose clock runs and has run out, those whose result is late among them; an ended case has no clock."""
    return rows.filter(workdays.late(timezone.localdate()))
