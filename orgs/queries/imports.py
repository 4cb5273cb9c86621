"""Reads of imports. A job belongs to the person who sent the ledger; nobody else sees what is in it."""

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from core.ledger.reading import PER_PAGE
from core.models import Job, Undone
from orgs.choices import FaultKind, RowGroup
from orgs.models import ImportFault, ImportRow
from places.models import Community, Street

KIND = "orgs.import"
MARKED = "orgs.import.marked"
EMPTIED = "emptied"
GROUPS = (*RowGroup.values, EMPTIED)
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


def rows_of(job: Job, group: str, field: str, after: int) -> list[ImportRow]:
    """One page of a group in the order of the sheet, or "emptied"; field: only rows that change, or leave empty, this field."""
    rows = ImportRow.objects.filter(job=job, row__gt=after)
    if group == EMPTIED:
        rows = rows.filter(emptied__contains=[field]) if field else rows.exclude(emptied=[])
    else:
        rows = rows.filter(group=group)
        rows = rows.filter(fields__contains=[field]) if field else rows
    found = list(rows.order_by("row")[: PAGE + 1])
    for entry in found:
        entry.place = place_of(entry.row, job.result.get("sheets") or [])
    return found


def place_of(row: int, sheets: list[str]) -> str:
    """A row of the ledger for people: its number, with its sheet where there are several."""
    page, number = divmod(row, PER_PAGE)
    return f"{sheets[page]} {number}" if sheets else str(number)


def chosen_rows(job: Job) -> list[int]:
    """Numbers of the held rows that somebody confirmed one by one."""
    rows = ImportRow.objects.filter(job=job, group=RowGroup.HELD, chosen=True)
    return list(rows.order_by("row").values_list("row", flat=True))


def copies(job: Job):
    """The jobs that make the marked copy of an import, the newest first."""
    return Job.objects.filter(kind=MARKED, owner=job.owner_id, params__import=job.pk).order_by("-pk")


def written_by(job: Job, model):
    """Ids of the records of a model that an import wrote."""
    events = model.pgh_event_model.objects.filter(pgh_context_id=job.result.get("context") or None)
    return events.values("pgh_obj_id")


def address_of_written(job: Job) -> str:
    """Address of the list that shows what an import wrote."""
    name = "orgs:activities" if job.params.get("ledger") == "activities" else "orgs:list"
    return f"{reverse(name)}?imported={job.pk}"


def undone(jobs) -> dict[int, Undone]:
    """Those of some imports that were taken back."""
    contexts = {job.result["context"]: job.pk for job in jobs if job.result.get("context")}
    return {contexts[str(row.act)]: row for row in Undone.objects.filter(act__in=contexts)}


def place_names(user) -> dict[str, list[str]]:
    """Words of the drop-downs of a template: the streets and communities of the person's area."""
    streets = Street.objects.visible_to(user).distinct().order_by("district", "order")
    communities = (
        Community.objects.visible_to(user).filter(closed_on__isnull=True).order_by("street__order", "code")
    )
    return {
        "street": list(streets.values_list("name", flat=True)),
        "community": list(dict.fromkeys(communities.values_list("name", flat=True))),
    }
