"""The draft rule for dormancy as one expression: the night stores what it says, a rehearsal only reads it.

And how often it was wrong.
"""

import datetime
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.db.models.lookups import LessThan

from core.settings.parameters import value
from orgs import policy
from orgs.choices import Dormancy, Status, Tier, Verb
from orgs.models import Activity, Organization

AT_REST = (Status.CANCELLED, Status.REVOKED, Status.STOPPED)


def judged(on: datetime.date, period, grace, last="last_active_on") -> Case:
    """Silent past the period is late, past the grace as well is dormant; who has ended is judged no more.

    last: the day of the last activity, where another than the stored one is about to be stored.
    """
    late_before, dormant_before = policy.dormancy_dates(on, period, grace)
    since = Coalesce(last, Greatest("established_on", "street_opinion_on"))  # filed lately is not silent yet
    return Case(
        When(status__in=AT_REST, then=Value(Dormancy.ACTIVE)),
        When(LessThan(since, dormant_before), then=Value(Dormancy.DORMANT)),
        When(LessThan(since, late_before), then=Value(Dormancy.LATE)),
        default=Value(Dormancy.ACTIVE),
        output_field=CharField(),
    )


def limits(tier: str, on: datetime.date) -> tuple:
    """(period, grace) of a tier in force on a day."""
    return tuple(value(declared, on) for declared in policy.DORMANCY_DAYS[tier])


@dataclass(frozen=True)
class FalseAlarms:
    """How many judgements "dormant" there were, and how many of them a later record refuted."""

    judged: int
    refuted: int

    def __str__(self):
        if not self.judged:
            return "近一年夜间没有判为休眠的。"
        share = f"{100 * self.refuted / self.judged:.1f}%"
        return (
            f"近一年夜间判为休眠 {self.judged} 次，其中 {self.refuted} 次后来查明仍在活动，误报率 {share}。"
        )


def false_alarms(user, on: datetime.date, tiers=tuple(Tier)) -> FalseAlarms:
    """The nights of the year before a day, in a person's area.

    Refuted: an activity that had taken place in time was only recorded afterwards, or somebody went there and confirmed
    that it is active. An organisation that began to be active again later was dormant.
    """
    judged_so = Organization.pgh_event_model.objects.filter(
        dormancy=Dormancy.DORMANT,
        pgh_context__metadata__verb=Verb.NIGHTLY,
        pgh_created_at__date__range=(on - datetime.timedelta(days=365), on),
        pgh_obj__in=Organization.objects.visible_to(user),
    )
    judged, refuted = 0, 0
    for tier in tiers:
        rows = judged_so.filter(tier=tier).annotate(judged_on=TruncDate("pgh_created_at"))
        silent = datetime.timedelta(days=int(sum(limits(tier, on))))
        in_time = Q(held_on__lte=OuterRef("judged_on"), held_on__gte=OuterRef("judged_on") - silent)
        told = Activity.objects.filter(
            Q(name__startswith=policy.STILL_ACTIVE) | in_time,
            organization=OuterRef("pgh_obj_id"), created_at__gt=OuterRef("pgh_created_at"),
        )  # fmt: skip
        counted = Count("pk", filter=Q(told=True))
        found = rows.annotate(told=Exists(told)).aggregate(judged=Count("pk"), refuted=counted)
        judged, refuted = judged + found["judged"], refuted + found["refuted"]
    return FalseAlarms(judged, refuted)
