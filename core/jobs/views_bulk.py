"""Bulk actions: rows are chosen on the list, the effect is shown, a person decides."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render

from core import jobs
from core.access import require
from core.choices import JobState
from core.jobs import bulk
from core.models import Job
from core.numbers import whole


def choose(view):
    """The rows ticked on one page, or everything under the filter of the address."""
    request, action = view.request, view.request.POST.get("action", "")
    for declared in view.bulk_actions:
        if declared.key == action:
            require(request.user, declared.grant, declared.label)
    ids = [pk for pk in map(whole, request.POST.getlist("id")) if pk is not None]
    try:
        job = bulk.choose(view, action, None if request.POST.get("all") else ids, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect(view.link())
    return redirect("jobs:bulk", job.pk)


def bulk_detail(request, pk: int):
    """What is to be done to the chosen rows, then what it would do; the decision queues it."""
    job = Job.objects.visible_to(request.user).filter(pk=pk, owner=request.user, kind=bulk.KIND).first()
    if job is None:
        raise Http404
    if job.state != JobState.WAITING:
        return redirect("jobs:detail", pk)
    try:
        view, action = bulk.opened(job)
    except jobs.Refused as refused:
        raise PermissionDenied(str(refused)) from refused
    if request.method == "POST":
        return decide(request, job, view, action)
    return shown(request, job, view, action, bulk.form_of(job, action))


def decide(request, job: Job, view, action):
    """Preview, confirm or cancel."""
    step = request.POST.get("step")
    if step == "cancel":
        jobs.cancel(job.pk, JobState.WAITING, message="已取消，没有修改任何记录。")
        return redirect(f"{view.address}?{job.params['query']}")
    if step == "confirm":
        seen = request.POST.get("at")
        if seen == job.result.get("at") and not job.result.get("change"):
            return redirect("jobs:bulk", job.pk)
        if jobs.again(job.pk, JobState.WAITING, still=lambda now: now.result.get("at") == seen):
            return redirect("jobs:detail", job.pk)
        messages.warning(request, "变更内容在别处改过，请再看一遍现在的预览。")
        return redirect("jobs:bulk", job.pk)
    form = bulk.form_of(job, action, request.POST)
    if not form.is_valid():
        return shown(request, job, view, action, form, fresh=False)
    bulk.preview(job, form)
    return redirect("jobs:bulk", job.pk)


def shown(request, job: Job, view, action, form, fresh: bool = True):
    context = {
        "title": job.title,
        "job": job,
        "form": form,
        "submit": action.label,
        "preview": job.result if fresh and "effect" in job.result else None,
        "conditions": view.conditions(),
        "back": f"{view.address}?{job.params['query']}",
    }
    return render(request, "core/bulk.html", context)
