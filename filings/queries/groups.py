"""Reads of the committees' own page."""

import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.settings.parameters import value
from filings import policy
from filings.models import Draw, SpotCheck, YearlyConfirmation
from orgs.choices import Status, Tier
from orgs.models import Activity, Organization
from orgs.queries import terms
from orgs.queries.register import team_min_members

YEAR = datetime.timedelta(days=365)


def meeting(rows: QuerySet) -> QuerySet:
    return rows.filter(tier=Tier.GROUP, status=Status.NORMAL)


def living(rows: QuerySet) -> QuerySet:
    """The groups that meet, each with `recent` (activities of the last year), `confirmed` and `confirmer` of this year."""
    today = timezone.localdate()
    mine = Activity.objects.filter(organization=OuterRef("pk"), held_on__gt=today - YEAR).order_by()
    this_year = YearlyConfirmation.objects.filter(organization=OuterRef("pk"), year=today.year)
    counted = mine.values("organization").annotate(n=Count("pk")).values("n")
    return meeting(rows).annotate(
        recent=Coalesce(Subquery(counted), 0),
        confirmed=Exists(this_year),
        confirmer=Subquery(this_year.values("confirmed_by__name")[:1]),
    )


def unconfirmed(rows: QuerySet) -> QuerySet:
    return living(rows).filter(confirmed=False)


def one(user, pk: int) -> Organization | None:
    return (
        living(Organization.objects.visible_to(user))
        .select_related("street", "community")
        .filter(pk=pk)
        .first()
    )


def readiness(group: Organization) -> list[tuple[str, str]]:
    """See `policy.readiness`, under the numbers of today."""
    return policy.readiness(
        group, least_members=team_min_members(), least_activities=int(value(policy.READY_ACTIVITIES)),
        warned=policy.name_warnings(group.name, terms.name_words()),
    )  # fmt: skip


def ready(rows: QuerySet) -> QuerySet:
    """Groups that meet every condition which the database can judge; a name is judged by whoever files it."""
    return living(rows).filter(
        ~Q(leader_name=""), ~Q(contact_phone=""), ~Q(activity_content=""), ~Q(activity_place=""),
        ~Q(activity_time="") | ~Q(frequency=""), member_count__gte=team_min_members(), confirmed=True,
        recent__gte=int(value(policy.READY_ACTIVITIES)),
    )  # fmt: skip


def draws(user, most: int = 50) -> list[tuple[int, str]]:
    """(key, name) of the draws that a person sees a check of, the newest first."""
    seen = SpotCheck.objects.visible_to(user).values("draw")
    return [(draw.pk, str(draw)) for draw in Draw.objects.filter(pk__in=seen).order_by("-pk")[:most]]
