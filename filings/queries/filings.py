"""Reads of the filings."""

from django.db.models import QuerySet

from filings.choices import IN_HAND, OPEN_FILINGS, FilingState, Kind
from filings.models import Filing
from orgs.choices import Status, Tier
from orgs.models import Organization
from orgs.queries import duplicates


def last_filed(organization: Organization) -> Filing | None:
    """The newest decided filing of an organisation that holds the whole form."""
    whole = [Kind.NEW, Kind.CHANGE, Kind.REVIEW, Kind.PROMOTE]
    filed = Filing.objects.filter(organization=organization, state=FilingState.FILED, kind__in=whole)
    return filed.order_by("-decided_at").first()


def alike(case: Filing, by) -> list[str]:
    """Organisations that this person sees in the register and that may be the same one, a sentence each."""
    if case.kind != Kind.NEW:
        return []
    found = duplicates.likely(
        by,
        Organization(
            tier=Tier.TEAM, name=case.name, street=case.street, community=case.community, leader_name=case.leader_name,
            contact_phone=case.contact_phone,
        ),
    )  # fmt: skip
    return [f"名册中已有相近的“{other.name}”（{why}），请核对是否同一组织。" for other, why in found.rows]


def of(user, organization: Organization) -> QuerySet:
    """The filings of an organisation that this person may see, newest first."""
    return Filing.objects.visible_to(user).filter(organization=organization).select_related("certificate")


def open_ones(pks) -> set[int]:
    """Those of these organisations that have an open filing."""
    rows = Filing.objects.filter(organization__in=list(pks), state__in=OPEN_FILINGS)
    return set(rows.values_list("organization", flat=True))


def under_way(rows: QuerySet) -> dict[int, str]:
    """Organisations on which nobody decides past their open filing."""
    found = rows.filter(filings__state__in=IN_HAND).values_list("pk", "filings__kind")
    return {pk: f"有一件没办完的备案（{Kind(kind).label}），请先办完或撤回" for pk, kind in found}


def open_one(organization: Organization) -> Filing | None:
    return Filing.objects.filter(organization=organization, state__in=OPEN_FILINGS).first()


def due_for_review(rows: QuerySet, year: int) -> QuerySet:
    """Filed teams that have no yearly review of a year yet."""
    gone = [FilingState.REFUSED, FilingState.WITHDRAWN]
    reviewed = Filing.objects.filter(kind=Kind.REVIEW, year=year).exclude(state__in=gone)
    return rows.filter(tier=Tier.TEAM, status=Status.FILED).exclude(pk__in=reviewed.values("organization"))
