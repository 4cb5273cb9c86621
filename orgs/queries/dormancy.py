"""The draft rule for dormancy as one expression: the night stores what it says, a rehearsal only reads it."""

import datetime

from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import LessThan

from orgs import policy
from orgs.choices import Dormancy, Status

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
