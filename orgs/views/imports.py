"""Ledgers in: send, follow, decide. Taking one back is an act like any other: see core.undo.views."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core import audit, scratch
from core.access import require
from core.choices import JOB_OPEN, AuditKind, JobState
from core.files import uploads
from core.files.guard import check_upload
from core.ledger.templates import write_template
from core.models import Job
from core.numbers import whole
from orgs import tasks  # noqa: F401  tells core.jobs how an import is sent
from orgs.actions.imports import job as actions
from orgs.actions.imports import marked
from orgs.choices import FaultKind, RowGroup
from orgs.forms import ImportForm
from orgs.queries import imports
from orgs.tables.ledgers import LEDGERS, ledgers_for

PAST = 50
DOING = "导入名册"


def found(request, pk: int) -> Job:
    """The person's own import, else 404."""
    require(request.user, "orgs.import", DOING)
    job = imports.mine(request.user).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def import_list(request):
    require(request.user, "orgs.import", DOING)
    offered = ledgers_for(request.user)
    kinds = [(ledger.kind, ledger.name) for ledger in offered]
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        ledgers=kinds,
        check=lambda file: check_upload(file, settings.IMPORT_MAX_BYTES),
        initial={"ledger": request.GET.get("ledger", kinds[0][0])},
    )
    if request.method == "POST" and form.is_valid():
        ledger = LEDGERS[form.cleaned_data["ledger"]]
        job = actions.submit(ledger=ledger, file=form.cleaned_data["file"], by=request.user)
        return redirect("orgs:import_detail", pk=job.pk)
    past = list(imports.mine(request.user)[:PAST])
    context = {"form": form, "ledgers": offered, "jobs": past, "undone": imports.undone(past)}
    return render(request, "orgs/import_list.html", context)


@require_GET
def import_detail(request, pk: int):
    job = found(request, pk)
    if request.htmx and request.GET.get("part") == "progress":
        response = render(request, "orgs/_import_progress.html", {"job": job})
        if job.state not in JOB_OPEN:
            response["HX-Refresh"] = "true"
        return response
    if request.htmx and request.GET.get("part") == "copy":
        return render(request, "orgs/_import_copy.html", {"job": job, "copy": imports.copies(job).first()})
    counts = job.result.get("counts") or {}
    context = {
        "job": job,
        "counts": counts,
        "groups": imports.fault_groups(job),
        "preview": job.result.get("preview") or {},
        "written": job.result.get("written"),
        "waiting": job.state == JobState.WAITING,
        "decidable": job.state == JobState.WAITING and _decidable(job),
        "copy": imports.copies(job).first() if job.result.get("kinds") else None,
        "fits": _fits(request.user, job),
        "upload": uploads.of(job),
        "undone": imports.undone([job]).get(job.pk),
        "may_alias": request.user.may("places.alias"),
        "list_url": imports.address_of_written(job),
        "chosen": len(imports.chosen_rows(job)) if counts.get("held") else 0,
        "may_undo": job.result.get("written") and (counts["created"] or counts["updated"]),
    }
    return render(request, "orgs/import_detail.html", context | _page(request, job))


def _decidable(job: Job) -> bool:
    """Whether confirming would write anything, at least with everything chosen that is off by default."""
    counts, preview = job.result.get("counts") or {}, job.result.get("preview") or {}
    held = (preview.get("groups") or {}).get("held")
    return bool(counts.get("created") or counts.get("updated") or held or preview.get("emptied"))


def _fits(user, job: Job):
    """The kind of ledger that the upload really is, when this person may import it."""
    kinds = {ledger.kind: ledger for ledger in ledgers_for(user)}
    return kinds.get(job.result.get("fits")) if job.state == JobState.WAITING else None


def _page(request, job: Job) -> dict:
    """One page of the faults of a kind, or of a group of the preview, where the address asks for one."""
    kind, group = request.GET.get("kind", ""), request.GET.get("group", "")
    after = whole(request.GET.get("after")) or 0
    if kind in FaultKind.values:
        faults = imports.faults_of_kind(job, kind, after)
        return {
            "kind": FaultKind(kind),
            "faults": faults[: imports.PAGE],
            "next": faults[imports.PAGE - 1].pk if len(faults) > imports.PAGE else None,
        }
    if group in imports.GROUPS:
        field = request.GET.get("field", "")
        rows = imports.rows_of(job, group, field, after)
        return {
            "group": group,
            "group_label": "将清空" if group == imports.EMPTIED else RowGroup(group).label,
            "field": field,
            "rows": rows[: imports.PAGE],
            "next": rows[imports.PAGE - 1].row if len(rows) > imports.PAGE else None,
        }
    return {}


@require_GET
def import_template(request, kind: str):
    """The empty form of a ledger, its drop-downs cut to the person's area."""
    require(request.user, "orgs.import", DOING)
    if kind not in LEDGERS:
        raise Http404
    file = tempfile.NamedTemporaryFile(suffix=".xlsx", dir=scratch.place())  # noqa: SIM115  the response closes it
    write_template(LEDGERS[kind], Path(file.name), request.user.area.label, imports.place_names(request.user))
    return FileResponse(file, as_attachment=True, filename=f"{LEDGERS[kind].name}模板.xlsx")


@require_GET
def import_marked(request, pk: int):
    job = found(request, pk)
    if reason := uploads.gone(job):
        context = {"code": 410, "reason": reason, "url": reverse("orgs:import_detail", args=[pk])}
        return render(request, "core/error.html", context, status=410)
    copy = imports.copies(job).filter(state=JobState.DONE).first()
    if copy is None or not default_storage.exists(copy.file.name):
        raise Http404
    audit.record(AuditKind.EXPORT, request, job=job.pk, title=f"{job.title}（标注副本）")
    return FileResponse(copy.file.open("rb"), as_attachment=True, filename=copy.file_name)


@require_POST
def import_mark(request, pk: int):
    """Make the marked copy once more, where it failed."""
    job = found(request, pk)
    return _after(request, job, lambda: marked.ask_again(job))


@require_POST
def import_recheck(request, pk: int):
    """Check the upload as the kind of ledger that it is."""
    job = found(request, pk)
    ledger = _fits(request.user, job)
    if ledger is None:
        raise Http404
    return _after(request, job, lambda: actions.recheck(job=job, ledger=ledger))


@require_POST
def import_confirm(request, pk: int):
    job = found(request, pk)
    known = {field for field, *_ in (job.result.get("preview") or {}).get("emptied", ())}
    chosen = {
        "good_only": request.POST.get("rows") == "good",
        "apply_held": request.POST.get("held") == "apply" or imports.chosen_rows(job),
        "clear": known.intersection(request.POST.getlist("clear")),
    }
    return _after(request, job, lambda: actions.confirm(job=job, **chosen))


@require_POST
def import_choose(request, pk: int):
    """Confirm held rows one by one: of the rows that the page listed, those that are ticked."""
    job = found(request, pk)
    listed, chosen = (
        [n for given in request.POST.getlist(name) if (n := whole(given)) is not None]
        for name in ("listed", "row")
    )
    _after(request, job, lambda: actions.choose(job=job, listed=listed, chosen=chosen))
    return redirect(
        f"{reverse('orgs:import_detail', args=[pk])}?group={RowGroup.HELD}&after={min(listed, default=1) - 1}"
    )


@require_POST
def import_cancel(request, pk: int):
    job = found(request, pk)
    return _after(request, job, lambda: actions.cancel(job=job))


def _after(request, job: Job, act):
    try:
        act()
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("orgs:import_detail", pk=job.pk)
