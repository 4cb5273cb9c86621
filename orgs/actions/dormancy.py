"""What is stored of the judgement of `orgs.queries.dormancy`: every night, and as soon as an activity comes or goes."""

import datetime

import pghistory
from django.db import transaction
from django.db.models import DateField, QuerySet, Value
from django.utils import timezone

from core.parameters import value
from orgs import policy
from orgs.choices import Tier, Verb
from orgs.models import Organization
from orgs.queries.dormancy import judged


def limits(tier: str, on: datetime.date) -> tuple:
    """(period, grace) of a tier in force on a day."""
    return tuple(value(declared, on) for declared in policy.DORMANCY_DAYS[tier])


def judge(rows: QuerySet, on: datetime.date | None = None) -> int:
    """Judge some organisations as of a day, today at first; how many changed. The version stays: an open form is not in conflict."""
    on, changed = on or timezone.localdate(), 0
    for tier in Tier:
        judgement = judged(on, *limits(tier, on))
        changed += rows.filter(tier=tier).exclude(dormancy=judgement).update(dormancy=judgement)
    return changed


def move(organization: Organization, last: datetime.date | None) -> None:
    """Store the day of the last activity of one organisation, and what follows from it, as one change."""
    today = timezone.localdate()
    known = Value(last, output_field=DateField())
    judgement = judged(today, *limits(Tier(organization.tier), today), last=known)
    Organization.objects.filter(pk=organization.pk).update(last_active_on=last, dormancy=judgement)


@transaction.atomic
def mark(on: datetime.date) -> tuple[int, int]:
    """Judge every organisation as of a day; (read, changed)."""
    with pghistory.context(user=None, username="夜间任务", verb=str(Verb.NIGHTLY), reason="休眠判定"):
        changed = judge(Organization.objects.all(), on)
    return Organization.objects.count(), changed
