"""Ledgers in: send, follow, decide, take back."""

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

from core import audit, uploads
from core.choices import JOB_OPEN, AuditKind, JobState
from core.ledger.guard import check_upload
from core.ledger.templates import write_template
from core.models import Job
from core.views.base import require
from orgs import tasks  # noqa: F401  tells core.jobs how an import is sent
from orgs.actions.imports import job as actions
from orgs.choices import FaultKind
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
    context = {"form": form, "ledgers": offered, "jobs": imports.mine(request.user)[:PAST]}
    return render(request, "orgs/import_list.html", context)


@require_GET
def import_detail(request, pk: int):
    job = found(request, pk)
    if request.htmx and request.GET.get("part") == "progress":
        response = render(request, "orgs/_import_progress.html", {"job": job})
        if job.state not in JOB_OPEN:
            response["HX-Refresh"] = "true"
        return response
    context = {
        "job": job,
        "counts": job.result.get("counts") or {},
        "groups": imports.fault_groups(job),
        "preview": job.result.get("preview") or {},
        "undone": job.result.get("undone"),
        "waiting": job.state == JobState.WAITING,
        "upload": uploads.of(job),
        "may_undo": job.state == JobState.DONE and job.result.get("context") and not job.result.get("undone"),
    }
    kind = request.GET.get("kind", "")
    if kind in FaultKind.values:
        after = request.GET.get("after", "0")
        faults = imports.faults_of_kind(job, kind, int(after) if after.isdecimal() and len(after) < 18 else 0)
        context |= {
            "kind": FaultKind(kind),
            "faults": faults[: imports.PAGE],
            "next": faults[imports.PAGE - 1].pk if len(faults) > imports.PAGE else None,
        }
    return render(request, "orgs/import_detail.html", context)


@require_GET
def import_template(request, kind: str):
    """The empty form of a ledger, its drop-downs cut to the person's area."""
    require(request.user, "orgs.import", DOING)
    if kind not in LEDGERS:
        raise Http404
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115  the response closes it
    write_template(LEDGERS[kind], Path(file.name), request.user.area.label, imports.place_names(request.user))
    return FileResponse(file, as_attachment=True, filename=f"{LEDGERS[kind].name}模板.xlsx")


@require_GET
def import_marked(request, pk: int):
    job = found(request, pk)
    if reason := uploads.gone(job):
        context = {"code": 410, "reason": reason, "url": reverse("orgs:import_detail", args=[pk])}
        return render(request, "core/error.html", context, status=410)
    name = job.result.get("marked")
    if not name or not default_storage.exists(name):
        raise Http404
    audit.record(AuditKind.EXPORT, request, job=job.pk, title=f"{job.title}（标注副本）")
    stem = job.file_name.removesuffix(".xlsx")
    return FileResponse(default_storage.open(name), as_attachment=True, filename=f"{stem}_标注.xlsx")


@require_POST
def import_confirm(request, pk: int):
    job = found(request, pk)
    return _after(
        request, job, lambda: actions.confirm(job=job, good_only=request.POST.get("rows") == "good")
    )


@require_POST
def import_cancel(request, pk: int):
    job = found(request, pk)
    return _after(request, job, lambda: actions.cancel(job=job))


@require_POST
def import_undo(request, pk: int):
    job = found(request, pk)
    return _after(request, job, lambda: actions.take_back(job=job))


def _after(request, job: Job, act):
    try:
        act()
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("orgs:import_detail", pk=job.pk)
