"""What of an organisation was filed, for whoever is about to change it: in a record, in many, in SQL."""

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.dated import is_open, open_sql
from orgs import policy_filed
from orgs.choices import Door, Tier
from orgs.models import Organization
from places.models import Community

FACTS = policy_filed.FILED_FACTS
PRINTED = policy_filed.PRINTED
WAYS = policy_filed.WAYS


def column(name: str) -> str:
    return Organization._meta.get_field(name).attname


def labels(names: Iterable[str]) -> list[str]:
    return [str(Organization._meta.get_field(name).verbose_name) for name in names]


def place_gone(organization: Organization) -> bool:
    """Whether its committee was closed: then it is moved to a new one without a filing."""
    place = organization.community
    return place is not None and not is_open(place, timezone.localdate())


def changed(before: Organization, after, names: Iterable[str] = FACTS) -> list[str]:
    """The filed facts among `names` that a team would lose; none for an organisation that is not filed."""
    if not policy_filed.is_filed(before.tier):
        return []
    columns = {name: column(name) for name in names if name in FACTS}
    old, new = ({name: getattr(row, attname) for name, attname in columns.items()} for row in (before, after))
    found = policy_filed.facts_changed(old, new)
    return (
        policy_filed.facts_changed(old, new, place_gone=place_gone(before))
        if policy_filed.PLACE & set(found)
        else found
    )


def refusal(names: Iterable[str], door: Door) -> str | None:
    """Why these filed facts cannot be changed by this door, as a sentence."""
    return policy_filed.filed_refusal(labels(names), door)


def told(names: Sequence[str], door: Door) -> dict:
    """What the history keeps when filed facts change: by which door, and which."""
    return {"door": str(door.label), "filed": labels(names)} if names else {}


def losing(rows: QuerySet, values: dict, door: Door) -> dict[int, str]:
    """Those of many that would lose filed facts if all of them got these words, each with the sentence."""
    found: dict[int, list[str]] = {}
    for name in [name for name in FACTS if name in values]:
        same = Q(**{name: values[name]}) | Q(**{name: [] if isinstance(values[name], list) else ""})
        for pk in rows.filter(tier=Tier.TEAM).exclude(same).values_list("pk", flat=True):
            found.setdefault(pk, []).append(name)
    return {pk: refusal(names, door) or "" for pk, names in found.items()}


def changed_sql(old: str, new: str, columns: Iterable[str]) -> dict[str, str]:
    """Column → SQL condition that a filed team would lose it. old, new: aliases of the register and of what is to come."""
    today = f"'{timezone.localdate():%Y-%m-%d}'::date"
    moved = f"NOT EXISTS (SELECT 1 FROM places_community c WHERE c.id = {old}.community_id AND NOT ({open_sql(Community, 'c', today)}))"
    found = {}
    for name in FACTS:
        own = column(name)
        if own not in columns:
            continue
        empty = f"coalesce({old}.{own}::text, '') IN ('', '{{}}')"
        found[own] = (
            f"({old}.tier = '{Tier.TEAM}' AND NOT {empty} AND {new}.{own} IS DISTINCT FROM {old}.{own}"
            + (f" AND {moved})" if name in policy_filed.PLACE else ")")
        )
    return found


def names_of(columns: Iterable[str]) -> list[str]:
    """The facts that stand in these columns."""
    named = {column(name): name for name in FACTS}
    return [named[own] for own in columns]


def moved_since_sql(now: str, before: str, then: str) -> str:
    """SQL condition that a filed team got other facts since an act that had changed the same ones."""
    moved = "({b}.{c} IS DISTINCT FROM {t}.{c} AND {n}.{c} IS DISTINCT FROM {t}.{c})"
    facts = " OR ".join(moved.format(n=now, b=before, t=then, c=column(name)) for name in FACTS)
    return f"{now}.tier = '{Tier.TEAM}' AND ({facts})"
