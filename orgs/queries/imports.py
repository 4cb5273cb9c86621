"""Reads of imports. A job belongs to the person who sent the ledger; nobody else sees what is in it."""

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from core.models import Job
from orgs.choices import FaultKind
from orgs.models import ImportFault
from places.models import Community, Street

KIND = "orgs.import"
FIRST = 10
PAGE = 100


def mine(user):
    return Job.objects.visible_to(user).filter(kind=KIND, owner=user)


def fault_groups(job: Job) -> list[dict]:
    """Kinds of fault with their counts, the most frequent first, each with its first rows."""
    counts = job.result.get("kinds") or {}
    numbered = ImportFault.objects.filter(job=job).annotate(
        nth=Window(RowNumber(), partition_by=F("kind"), order_by=[F("row"), F("column")])
    )
    first: dict[str, list] = {}
    for fault in numbered.filter(nth__lte=FIRST).order_by("kind", "row", "column"):
        first.setdefault(fault.kind, []).append(fault)
    labels = dict(FaultKind.choices)
    return [
        {
            "kind": kind,
            "label": labels.get(kind, kind),
            "count": count,
            "faults": first.get(kind, []),
            "more": count > FIRST,
        }
        for kind, count in sorted(counts.items(), key=lambda pair: -pair[1])
    ]


def faults_of_kind(job: Job, kind: str, after: int) -> list[ImportFault]:
    """One page of one kind in the order of the sheet; `after`: id of the last fault seen."""
    return list(ImportFault.objects.filter(job=job, kind=kind, pk__gt=after).order_by("pk")[: PAGE + 1])


def place_names(user) -> dict[str, list[str]]:
    """Words of the drop-downs of a template: the streets and communities of the person's area."""
    streets = Street.objects.visible_to(user).distinct().order_by("district", "order")
    communities = (
        Community.objects.visible_to(user).open_on(timezone.localdate()).order_by("street__order", "code")
    )
    return {
        "street": list(streets.values_list("name", flat=True)),
        "community": list(dict.fromkeys(communities.values_list("name", flat=True))),
    }
