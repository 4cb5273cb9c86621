from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access import require
from reports import (
    actions,
    queries,
    tasks,  # noqa: F401  tells core.jobs how the nights are sent
)


def nightly(request):
    """Every night with its steps; red when the last one is missing or failed."""
    require(request.user, "reports.nightly", "查看夜间任务")
    night, last = queries.last_night()
    context = {
        "title": "夜间任务",
        "runs": queries.runs(),
        "night": night,
        "last": last,
        "red": queries.is_red(),
        "may_run": request.user.may("reports.run_nightly"),
    }
    return render(request, "reports/nightly.html", context)


@require_POST
def run(request):
    require(request.user, "reports.run_nightly", "运行夜间任务")
    actions.ask(by=request.user)
    messages.success(request, "已交给后台运行，稍后刷新本页看结果。")
    return redirect("reports:nightly")
