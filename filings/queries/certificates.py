"""Certificates, and what each says about itself today."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from core.history import taken_back
from filings.choices import Kind, Validity
from filings.models import Certificate, Filing, PaperShown
from orgs.choices import Status, Tier
from orgs.models import Organization
from orgs.queries.filed import PRINTED, column


@dataclass(frozen=True)
class Standing:
    """Whether a certificate still holds; since: the day on which that changed, None when it is not known."""

    validity: Validity
    since: datetime.date | None = None


def by_code(code: str) -> Certificate | None:
    """For whoever holds the code, also without an account; typed as it is printed, or in small letters."""
    typed = code.replace("-", "").replace(" ", "").upper()
    return _whole().filter(code__in=[code, typed]).first() if code.isprintable() else None


def taken_back_on(code: str) -> datetime.date | None:
    """The day on which the decision behind a code was taken back; None when no certificate ever bore it."""
    typed = code.replace("-", "").replace(" ", "").upper()
    gone = taken_back(Certificate, code__in=[code, typed]).first() if code.isprintable() else None
    return timezone.localdate(gone.pgh_created_at) if gone else None


def given_out(filing: Filing, since: datetime.datetime) -> list[str]:
    """Papers of a filing that somebody opened since a moment, and can have printed: a sentence for each."""
    rows = PaperShown.objects.filter(filing=filing, shown_at__gte=since).select_related("shown_to")
    return [
        f"{row.shown_to} {timezone.localtime(row.shown_at):%H:%M} 打开过{row.get_paper_display()}，可能已经打印，不能撤回。"
        for row in rows
    ]


def filed_on(certificate: Certificate) -> datetime.date | None:
    """The day on which the team was filed under its number, as far as certificates go back.

    A team that came from a ledger has its first certificate from a change; when it was filed stands in no filing of ours.
    """
    same = Certificate.objects.filter(
        organization=certificate.organization_id, filing__filing_no=certificate.filing.filing_no
    )
    first = same.select_related("filing").order_by("pk").first()
    return first.issued_on if first and first.filing.kind in (Kind.NEW, Kind.PROMOTE) else None


def of_filing(user, pk: int) -> Certificate | None:
    return _whole().visible_to(user).filter(filing=pk).first()


def _whole():
    return Certificate.objects.select_related("filing__street", "filing__community", "organization")


def standing(certificate: Certificate) -> Standing:
    """Valid while the team is filed, nothing newer was issued, and number, name and all else that the paper bears are as they were.

    Of two merged teams the one that stays keeps its number, and with it its certificate.
    """
    team = certificate.organization
    if team.tier == Tier.REGISTERED:
        return Standing(Validity.PROMOTED, since(team, "tier"))
    if team.status == Status.CANCELLED:
        return Standing(Validity.CANCELLED, since(team, "status"))
    if team.status != Status.FILED:
        return Standing(Validity.STOPPED, since(team, "status"))
    number = certificate.filing.filing_no
    later = Certificate.objects.filter(organization=team, pk__gt=certificate.pk, filing__filing_no=number)
    newer = later.order_by("pk").first()
    if newer:
        return Standing(Validity.CHANGED, newer.issued_on)
    if (team.filing_no or "") != number:
        days = [since(certificate, "organization_id"), since(team, "filing_no")]
        return Standing(Validity.CHANGED, max((day for day in days if day), default=None))
    moved = [
        name for name in PRINTED if getattr(team, column(name)) != getattr(certificate.filing, column(name))
    ]
    if moved:
        days = [since(team, column(name)) for name in moved]
        return Standing(Validity.CHANGED, max((day for day in days if day), default=None))
    return Standing(Validity.VALID)


def since(record: Organization | Certificate, field: str) -> datetime.date | None:
    """The day on which a field took the value that it has, from the history."""
    now, found = getattr(record, field), None
    for value, at in record.events.order_by("-pgh_id").values_list(field, "pgh_created_at"):
        if value != now:
            break
        found = at
    return timezone.localdate(found) if found else None
