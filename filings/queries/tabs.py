"""What the page of an organisation shows of its filings, and what it must wait for."""

from django.urls import reverse
from django.utils import timezone

from filings.choices import Kind
from filings.policy import SUITS, may_report, suits
from filings.queries import events
from filings.queries.filings import of, open_one
from orgs.choices import Tier
from orgs.models import Organization


def filings_of(organization: Organization, user) -> dict | None:
    if not user.may("filings.view") or (organization.tier == Tier.REGISTERED and not organization.filing_no):
        return None
    rows = list(of(user, organization)[:50])
    may_begin = user.may("filings.enter") and not open_one(organization)
    kinds = [(Kind(kind).label, kind) for kind in SUITS if may_begin and suits(kind, organization)]
    return {"count": len(rows), "rows": rows, "kinds": kinds}


def ways_to_change(organization: Organization, user) -> list[tuple[str, str]]:
    """How what was filed can be changed: because it changed, because it was wrong; or the case that is open already."""
    if not user.may("filings.enter"):
        return []
    if case := open_one(organization):
        return [(f"办理中的{case.get_kind_display()}", case.get_absolute_url())]
    kinds = [kind for kind in (Kind.CHANGE, Kind.CORRECT) if suits(kind, organization)]
    return [(kind.label, reverse("filings:begin", args=[kind, organization.pk])) for kind in kinds]


def events_of(organization: Organization, user) -> dict | None:
    if not user.may("filings.view"):
        return None
    rows = list(events.of(user, organization)[:50])
    offered = user.may("filings.event") and may_report(organization)
    return {"count": len(rows), "rows": rows, "may_report": offered, "today": timezone.localdate()}
