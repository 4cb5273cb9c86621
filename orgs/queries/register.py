"""Reads of the register. Every one takes rows that `visible_to(user)` has cut already, or does so itself."""

import datetime
import json
from functools import reduce
from operator import or_

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import history
from core.numbers import whole
from core.settings.parameters import value
from orgs import policy, search
from orgs.choices import Status, Tier, Verb
from orgs.models import Activity, Organization, TargetPolicy
from places.models import Community, District, Street

MANY = (
    20_000  # so many hits, as PostgreSQL estimates them, are walked in the list's own order and not counted
)


def matching(queryset: QuerySet, text: str) -> tuple[QuerySet, str]:
    """(rows whose name, pinyin, initials or codes contain the text, "some", "many" or "" for their number).

    The gram index finds candidates without order; asked to order them, PostgreSQL would rather walk the whole key
    (seconds on a million rows). So few hits are to be sorted apart from that order; when there are many, walking it
    finds a page of them soon anyway. Which of the two, the list decides once it has counted (`ListView.count_few`).
    """
    needle, alternatives = search.query(text)
    if not needle:
        return queryset, ""
    hits = queryset.filter(reduce(or_, (Q(search_terms__contains=terms) for terms in alternatives)))
    amount = "many" if estimated(hits) >= MANY else "some"
    return (hits if search.exact(needle) else hits.filter(search_text__contains=needle)), amount


def estimated(queryset: QuerySet) -> int:
    """How many rows PostgreSQL expects; costs a plan, reads no row."""
    try:
        sql, params = queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
    return (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]["Plan Rows"]


def same_name(name: str, community: int | None) -> str | None:
    """The filing number (perhaps empty) of the filed team of this name in a community; None when there is none."""
    if community is None:
        return None
    key = search.normalise(name)[:200]
    rows = Organization.objects.filter(tier=Tier.TEAM, status=Status.FILED, name_key=key, community=community)
    return next((number or "" for number in rows.values_list("filing_no", flat=True)[:1]), None)


def team_min_members() -> int:
    """Members that a team needs to be filed, as of today."""
    return int(value(policy.TEAM_MIN_MEMBERS))


def counted_statuses(on: datetime.date | None = None) -> dict[str, list[str]]:
    """Tier → statuses that count toward the target on a day; the policy's first reading when none is recorded."""
    on = on or timezone.localdate()
    current = TargetPolicy.objects.newest_on(on)
    return (
        current.counted if current else {str(t): list(map(str, s)) for t, s in policy.COUNTED_FIRST.items()}
    )


def counted(queryset: QuerySet, on: datetime.date | None = None) -> QuerySet:
    """Only what counts toward the target."""
    return counted_by(queryset, counted_statuses(on))


def counted_by(queryset: QuerySet, reading: dict[str, list[str]]) -> QuerySet:
    """Only what a reading (tier → statuses) counts."""
    rules = [Q(tier=tier, status__in=statuses) for tier, statuses in reading.items() if statuses]
    return queryset.filter(reduce(or_, rules)) if rules else queryset.none()


def district_choices(user) -> list[tuple[int, str]]:
    """The districts of an installation that has several, for whoever sees all of them."""
    return (
        list(District.objects.visible_to(user).order_by("code").values_list("pk", "name"))
        if user.area.kind == "all"
        else []
    )


def street_choices(user, district: int | None = None) -> list[tuple[int, str]]:
    """The streets in official order; of one district when there are several: a nation has thousands."""
    streets = Street.objects.visible_to(user)
    if district is not None:
        streets = streets.filter(district=district)
    if user.area.kind == "community":
        streets = streets.distinct()
    return list(streets.order_by("district__code", "order").values_list("pk", "name"))


def district_of(street: int) -> int | None:
    return Street.objects.filter(pk=street).values_list("district", flat=True).first()


def community_choices(user, street: int | None, asked: str = "") -> list[tuple[int, str]]:
    """The communities of today of the one street in question: never all of a city in one select.

    asked: one that the address names, which the person sees, is offered too: also a closed one, or one of another street.
    """
    seen, found = Community.objects.visible_to(user).order_by("code"), []
    if street is not None:
        found += seen.filter(street=street).open_on(timezone.localdate()).values_list("pk", "name")
    if (named := whole(asked)) is not None and all(pk != named for pk, _ in found):
        found += seen.filter(pk=named).values_list("pk", "name")
    return found


def activities_of(organization: Organization, limit: int = 50):
    return Activity.objects.filter(organization=organization)[:limit]


SKIPPED = {"version", "updated_at", "created_at", "name_key", "sort_key", "id"}


def timeline(organization: Organization, limit: int = 200) -> list[dict]:
    """Every change, newest first, those of records that were merged into it included; see `core.history.timeline`."""
    entries = history.timeline(organization, skipped=SKIPPED, verbs=Verb.choices, limit=limit)
    former = list(organization.merged.values_list("old", "name"))
    for old, name in former:
        theirs = history.timeline(Organization(pk=old), skipped=SKIPPED, verbs=Verb.choices, limit=limit)
        entries += [entry | {"of": name} for entry in theirs]
    return sorted(entries, key=lambda e: e["at"], reverse=True)[:limit] if former else entries


def differences(before, after) -> list[tuple[str, object, object]]:
    """(label, before, after) of each field that differs between two versions, with choices in words."""
    return history.differences(Organization, before, after, SKIPPED)


def taken(**key) -> bool:
    """Whether any organisation, in whatever area, holds this unique key (credit_code=… or filing_no=…)."""
    return Organization.objects.filter(**key).exists()
