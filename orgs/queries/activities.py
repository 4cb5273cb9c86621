"""Reads of activities, and of the organisations whose activities are entered."""

import datetime

from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Coalesce

from core.files import attachments
from core.lists.paging import capped_counts
from orgs.models import Activity, Organization
from orgs.queries import register
from orgs.queries.todo import living

SUGGESTED = 12


def visible(user):
    return Activity.objects.visible_to(user).select_related(
        "organization__street", "organization__community", "entered_by"
    )


def photos_of(activity: Activity):
    return attachments.of(activity)


def exists(organization: Organization, name: str, held_on, but: int | None = None) -> bool:
    """Whether there is such an activity besides the one with the key `but`."""
    same = Activity.objects.filter(organization=organization, name=name, held_on=held_on)
    return same.exclude(pk=but).exists()


def since(user, first: datetime.date) -> int:
    """How many activities of the person's area were held since a day; capped as the list is."""
    return capped_counts(Activity.objects.visible_to(user).filter(held_on__gte=first))[0]


def last_active(user, limit: int, text: str = "") -> list[Organization]:
    """Living organisations of the area, found by name, pinyin or code where a text is given; the one active last first."""
    rows, _ = register.matching(living(Organization.objects.visible_to(user)), text)
    return list(
        rows.select_related("street", "community").order_by(F("last_active_on").desc(nulls_last=True), "pk")[
            :limit
        ]
    )


def names(organizations) -> list[str]:
    """What the last activities of these organisations were called, without repetition: most are held again."""
    rows = Activity.objects.filter(organization__in=organizations).order_by().values("name")
    found = rows.annotate(last=Max("held_on")).order_by("-last", "name")
    return list(found.values_list("name", flat=True)[:SUGGESTED])


def in_year(organization: Organization, year: int) -> tuple[int, int]:
    """(how many activities were held in a year, how many people took part in them together)."""
    rows = Activity.objects.filter(organization=organization, held_on__year=year)
    found = rows.aggregate(times=Count("pk"), people=Coalesce(Sum("attendance"), 0))
    return found["times"], found["people"]


def held_in(organizations: QuerySet, year: int) -> set[int]:
    """Those of some organisations that held an activity in a year."""
    rows = Activity.objects.filter(organization__in=organizations.values("pk"), held_on__year=year)
    return set(rows.order_by().values_list("organization", flat=True).distinct())
