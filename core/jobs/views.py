"""Jobs: what I started; for the system administrator, everything."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import audit, jobs
from core.choices import JOB_OPEN, AuditKind, JobState
from core.files import uploads
from core.jobs import exports
from core.models import Job
from core.registry import list_named

OWN_KINDS = exports.KINDS_WITH_ROWS  # kinds that the general page can cancel and try again


def job_list(request):
    found = Job.objects.visible_to(request.user).select_related("owner").defer("params", "result")[:100]
    return render(request, "core/jobs.html", {"jobs": [(job, job.title_for(request.user)) for job in found]})


def found(request, pk: int, **more) -> Job:
    job = Job.objects.visible_to(request.user).select_related("owner").filter(pk=pk, **more).first()
    if job is None:
        raise Http404
    return job


@require_GET
def job_detail(request, pk: int):
    """How far it is, what came of it, and what can be done next."""
    job = found(request, pk)
    mine = job.owner_id == request.user.pk
    if mine and (page := jobs.page_of(job)) and (job.kind not in OWN_KINDS or job.state == JobState.WAITING):
        return redirect(page, pk)
    if request.htmx and request.GET.get("part") == "progress":
        response = render(request, "core/_job_progress.html", {"job": job})
        if not job.is_open:
            response["HX-Refresh"] = "true"
        return response
    own = mine and job.kind in OWN_KINDS
    expired = exports.expired(job)
    kind = list_named(job.params["list"]) if own else None
    context = {
        "title": job.title_for(request.user),
        "job": job,
        "mine": mine,
        "may_fetch": mine and job.file and not expired,
        "expired": exports.EXPIRED[job.kind] if expired else "",
        "expires_at": job.finished_at + exports.KEPT_FOR if own and job.state == JobState.DONE else None,
        "may_retry": own and (job.state == JobState.FAILED or expired and job.kind == exports.KIND),
        "may_cancel": own and job.state in (*JOB_OPEN, JobState.FAILED),
        "back": f"{reverse(kind.url_name)}?{job.params['query']}" if kind else "",
        "back_title": kind.title if kind else "",
    }
    return render(request, "core/job.html", context)


@require_GET
def download(request, pk: int):
    """A job's file goes only to the person who started the job, while that person may still have it."""
    job = found(request, pk, owner=request.user)
    if exports.expired(job):
        context = {"code": 410, "reason": exports.EXPIRED[job.kind], "url": reverse("jobs:detail", args=[pk])}
        return render(request, "core/error.html", context, status=410)
    if reason := uploads.gone(job):
        context = {"code": 410, "reason": reason, "url": reverse("jobs:detail", args=[pk])}
        return render(request, "core/error.html", context, status=410)
    if (
        not job.file
        or not job.file.storage.exists(job.file.name)
        or (job.kind in OWN_KINDS and job.state != JobState.DONE)
    ):
        raise Http404
    try:
        exports.may_fetch(job, request.user)
    except jobs.Refused as refused:
        raise Http404 from refused
    audit.record(AuditKind.EXPORT, request, act="下载", job=job.pk, title=job.title)
    if job.kind in OWN_KINDS and "fetched_at" not in job.result:
        same = Job.objects.filter(pk=pk, state=JobState.DONE, finished_at=job.finished_at)
        same.update(result=job.result | {"fetched_at": timezone.now()})
    return FileResponse(
        job.file.open("rb"), as_attachment=True, filename=job.file_name or f"{job.title}.xlsx"
    )


@require_POST
def retry(request, pk: int):
    """Try again what failed; make again what has expired."""
    job = found(request, pk, owner=request.user, kind__in=OWN_KINDS)
    states = [JobState.FAILED]
    if job.kind == exports.KIND and exports.expired(job):
        states.append(JobState.DONE)
        exports.drop_file(job)
    if not jobs.again(pk, *states):
        messages.error(request, "这个任务现在不能重试，请看它的状态。")
    return redirect("jobs:detail", pk)


@require_POST
def cancel(request, pk: int):
    found(request, pk, owner=request.user, kind__in=OWN_KINDS)
    if not jobs.cancel(pk, *JOB_OPEN, JobState.FAILED, message="已取消，没有修改任何记录，也没有生成文件。"):
        messages.error(request, "任务已经结束，不能取消。")
    return redirect("jobs:detail", pk)
