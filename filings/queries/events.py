"""Reads of the major events."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from filings.choices import EventState
from filings.models import MajorEvent
from orgs.models import Activity, Organization
from places.models import Street


class Rate(NamedTuple):
    """Major activities of a street that were reported in time, out of all of them."""

    street: Street
    in_time: int
    activities: int

    @property
    def share(self) -> float | None:
        return self.in_time / self.activities if self.activities else None


def activity_of(case: MajorEvent) -> Activity | None:
    """The record of this event that the register holds already."""
    same = Activity.objects.filter(organization=case.organization_id, name=case.name, held_on=case.starts_on)
    return same.first()


def of(user, organization: Organization) -> QuerySet:
    """The major events of an organisation that this person may see, newest first."""
    return MajorEvent.objects.visible_to(user).filter(organization=organization).order_by("-starts_at")


def overdue(rows: QuerySet) -> QuerySet:
    """Cases whose clock runs and has run out, those whose result is late among them; an ended case has no clock."""
    return rows.filter(due_on__lt=timezone.localdate())


def reporting_rate(user, first: datetime.date, last: datetime.date) -> list[Rate]:
    """重大活动报告率 (measure 2) of every street that the person sees, in official order: of the major activities of
    [first, last], those reported before their deadline. A report is found by its result, and until then by name and day."""
    linked = Q(activity=OuterRef("pk"))
    expected = Q(
        organization=OuterRef("organization"), name=OuterRef("name"), starts_at__date=OuterRef("held_on")
    )
    in_time = MajorEvent.objects.filter(linked | expected, reported_on__isnull=False, late=False)
    in_time = in_time.exclude(state=EventState.CALLED_OFF)
    held = Activity.objects.visible_to(user).filter(is_major=True, held_on__range=(first, last))
    counted = held.order_by().values("organization__street").annotate(
        all=Count("pk"), told=Count("pk", filter=Exists(in_time))
    )  # fmt: skip
    found = {row["organization__street"]: (row["told"], row["all"]) for row in counted}
    streets = Street.objects.visible_to(user).distinct().order_by("district__code", "order")
    return [Rate(street, *found.get(street.pk, (0, 0))) for street in streets]
