"""The job monitor: what I started; for the system administrator, everything."""

from django.http import FileResponse, Http404
from django.shortcuts import render

from core import audit
from core.choices import AuditKind
from core.models import Job


def job_list(request):
    jobs = Job.objects.visible_to(request.user).select_related("owner")[:100]
    return render(request, "core/jobs.html", {"jobs": jobs})


def download(request, pk: int):
    """A job's file goes only to the person who started the job."""
    job = Job.objects.filter(pk=pk, owner=request.user).first()
    if job is None or not job.file:
        raise Http404
    audit.record(AuditKind.EXPORT, request, job=job.pk, title=job.title)
    return FileResponse(
        job.file.open("rb"), as_attachment=True, filename=job.file_name or f"{job.title}.xlsx"
    )
