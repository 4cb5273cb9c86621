from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.views.base import require
from reports import queries, tasks


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
    tasks.nightly.delay(by=request.user.pk)
    messages.success(request, "已在后台开始，稍后刷新本页看结果。")
    return redirect("reports:nightly")
