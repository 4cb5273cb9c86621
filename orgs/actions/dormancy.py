"""What is stored of the judgement of `orgs.queries.dormancy`: every night, and as soon as an activity comes or goes."""

import datetime
from collections import Counter

import pghistory
from django.db import transaction
from django.db.models import Count, DateField, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core import notices
from orgs.choices import Dormancy, Tier, Verb
from orgs.models import Organization
from orgs.queries.dormancy import judged, limits


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
        falling = fallen_silent(on)
        changed = judge(Organization.objects.all(), on)
        tell(falling)
    return Organization.objects.count(), changed


def fallen_silent(on: datetime.date) -> dict[int, int]:
    """community → how many of its organisations become dormant by the judgement of a day."""
    found: Counter = Counter()
    for tier in Tier:
        rows = Organization.objects.filter(tier=tier, community__isnull=False).exclude(
            dormancy=Dormancy.DORMANT
        )
        rows = rows.annotate(next=judged(on, *limits(tier, on))).filter(next=Dormancy.DORMANT)
        found.update(dict(rows.order_by().values_list("community").annotate(n=Count("pk"))))
    return found


def tell(fallen: dict[int, int]) -> None:
    """One message to each person of a committee whose organisations have just become dormant; a second run finds none."""
    people = User.objects.filter(role=Role.COMMITTEE_MEMBER, is_active=True, community__in=list(fallen))
    url = f"{reverse('orgs:list')}?dormancy={Dormancy.DORMANT}"
    for person in people:
        title = f"有 {fallen[person.community_id]} 个组织长期没有活动，已列为休眠"
        notices.notify(person, title=title, url=url, body="核实后登记活动，或在组织页面点“确认仍在活动”。")
