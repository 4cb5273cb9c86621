"""Pairs that may be one organisation, and what a form has to ask before it adds another record."""

from dataclasses import dataclass, field

from django.db import connection

from core.words import mask_phone
from orgs import search
from orgs.choices import Reason, Tier
from orgs.models import DuplicatePair, MergedOrganization, Organization
from orgs.queries import filed, matching, terms
from places.models import Street

LISTED = 20
STREETS = "(VALUES {rows}) AS s(" + ", ".join(matching.STREET_COLUMNS) + ")"


@dataclass
class Likely:
    """rows: [(organisation, reasons in words)] that the person may see, likeliest first."""

    rows: list[tuple[Organization, str]] = field(default_factory=list)


def words(reasons: list[str]) -> str:
    return "、".join(Reason(code).label for code in reasons)


def likely(user, organization: Organization) -> Likely:
    """Records that a new one may repeat, of those that the person may see: what lies elsewhere is not compared with."""
    found = {pk: reasons for pk, reasons in _candidates(user, organization)}
    visible = Organization.objects.visible_to(user).filter(pk__in=found).select_related("street", "community")
    by_pk = {o.pk: o for o in visible}
    rows = [(by_pk[pk], words(reasons)) for pk, reasons in found.items() if pk in by_pk]
    return Likely(rows[:LISTED])


def _candidates(user, organization: Organization) -> list[tuple[int, list[str]]]:
    """(id, reasons) of the records of the same street, or of the same name in the district, that fit a rule."""
    key = search.normalise(organization.name)[:200]
    streets = Street.objects.filter(district=organization.street.district_id).select_related("district")
    params = {
        "brackets": matching.BRACKETS, "name": key, "sort": search.sort_key(organization.name), "tier": organization.tier,
        "street": organization.street_id, "community": organization.community_id, "leader": organization.leader_name,
        "phone": organization.contact_phone, "own": organization.pk or 0, "listed": LISTED * 5,
    }  # fmt: skip
    rows = []
    for number, row in enumerate(matching.street_rows(streets)):
        rows.append(f"({', '.join(f'%(s{number}_{i})s' for i in range(len(row)))})")
        params |= {f"s{number}_{i}": cell for i, cell in enumerate(row)}
    streets_sql = f"(SELECT * FROM {STREETS.format(rows=', '.join(rows))})"
    mine = (
        "(SELECT %(own)s::bigint AS id, %(tier)s::text AS tier, %(street)s::bigint AS street_id, %(community)s::bigint AS "
        "community_id, %(name)s::text AS name_key, %(sort)s::text AS sort_key, %(phone)s::text AS contact_phone, "
        "%(leader)s::text AS leader_name, now() AS updated_at)"
    )
    seen = Organization.objects.visible_to(user).values("pk").query
    inside, ids = seen.sql_with_params()
    for number, value in enumerate(ids):
        inside = inside.replace("%s", f"%(seen{number})s", 1)
        params[f"seen{number}"] = value
    theirs = f"(SELECT * FROM orgs_organization WHERE (street_id = %(street)s OR name_key = %(name)s) AND id IN ({inside}))"
    keys = [matching.KEYS.format(source=source, streets=streets_sql) for source in (mine, theirs)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH n AS MATERIALIZED ({keys[0]}), k AS MATERIALIZED ({keys[1]}) SELECT k.id, {matching.REASONS} "
            f"FROM n JOIN k ON k.id <> n.id AND ({' OR '.join(matching.RULES)}) ORDER BY {matching.SCORE} DESC, k.id LIMIT %(listed)s",
            params,
        )
        return cursor.fetchall()


def pair(user, pk: int) -> DuplicatePair | None:
    """A pair of which the person sees both records."""
    found = DuplicatePair.objects.visible_to(user).select_related(
        "a__street__district", "a__community", "b__street__district", "b__community", "decided_by"
    )
    return found.filter(pk=pk).first()


def survivor(user, pk: int) -> Organization | None:
    """The record into which a former one went, if the person may see it."""
    merged = MergedOrganization.objects.filter(old=pk).values("kept")
    return Organization.objects.visible_to(user).filter(pk__in=merged).first()


# ---- side by side -------------------------------------------------------------------------------------------

PLACE = "place"
NOT_CHOSEN = {
    "id", "tier", "status", "dormancy", "last_active_on", "version", "created_at", "updated_at", "name_key", "sort_key",
    "search_text", "search_terms", "street", "community",
}  # fmt: skip


def choosable() -> list[str]:
    """Names of the fields of which one of the two values stays; `place` stands for street and community together."""
    fields = [f.name for f in Organization._meta.concrete_fields if f.name not in NOT_CHOSEN]
    return [fields[0], PLACE, *fields[1:]]


def value(organization: Organization, name: str):
    """A value that can be compared."""
    if name == PLACE:
        return organization.street_id, organization.community_id
    return getattr(organization, name)


def differing(a: Organization, b: Organization) -> list[str]:
    """Fields in which the two differ, nothing and empty being the same."""
    return [name for name in choosable() if (value(a, name) or None) != (value(b, name) or None)]


def is_settled(a: Organization, b: Organization, name: str) -> bool:
    """Whether a field is no choice of who merges the two: filed facts of a team that both records tell."""
    columns = ("street", "community") if name == PLACE else (name,)
    told = all(value(record, name) not in (None, "", []) for record in (a, b))
    return told and any(filed.changed(one, other, columns) for one, other in ((a, b), (b, a)))


def fuller(a: Organization, b: Organization) -> Organization:
    """Which record better stays: of the higher tier, then the one with more filled in, then the older."""
    order = [Tier.GROUP, Tier.TEAM, Tier.REGISTERED]

    def weight(organization):
        filled = sum(bool(value(organization, name)) for name in choosable())
        return order.index(Tier(organization.tier)), filled, -organization.pk

    return max(a, b, key=weight)


def label(name: str) -> str:
    return "街镇、居委" if name == PLACE else str(Organization._meta.get_field(name).verbose_name)


def in_words(organization: Organization, name: str):
    """A value as the officer reads it; telephones are masked as everywhere."""
    match name:
        case "place":
            community = organization.community
            return f"{organization.street.name} {community.name if community else ''}".strip()
        case "category":
            return terms.categories().get(organization.category, organization.category)
        case "service_fields":
            return "、".join(terms.fields().get(code, code) for code in organization.service_fields)
        case "contact_phone":
            return mask_phone(organization.contact_phone)
    display = getattr(organization, f"get_{name}_display", None)
    return display() if display else getattr(organization, name)
