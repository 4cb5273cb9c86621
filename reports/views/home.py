"""我的待办: only what this person can act on, each line a list of exactly that length."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from core import exports
from core.choices import JobState
from core.models import Job
from core.registry import numbers_on
from orgs.queries import targets, todo
from reports import queries

numbers_on("home")


JOB_HINTS = {
    JobState.WAITING: ("已核对完，等您决定", "warn"),
    JobState.DONE: ("已完成，可以下载", "info"),
    JobState.FAILED: ("没有完成，查看原因", "late"),
}


def job_lines(user) -> list[dict]:
    """Jobs of mine that wait for a decision, are to be fetched or failed; for the system administrator all that failed."""
    found = []
    for job in exports.to_see_to(user):
        hint, state = JOB_HINTS[job.state]
        url = reverse("jobs:detail", args=[job.pk])
        found.append({"title": job.title, "hint": hint, "url": url, "state": state})
    if user.watches_jobs:
        failed = Job.objects.visible_to(user).filter(state=JobState.FAILED).count()
        if failed:
            found.append(
                {
                    "title": "失败的后台任务",
                    "hint": "查看原因",
                    "count": failed,
                    "url": reverse("jobs:list"),
                    "state": "late",
                }
            )
    return found


def home(request):
    user, today = request.user, timezone.localdate()
    lines = job_lines(user)
    red = user.may("reports.nightly") and queries.is_red(today)
    if red:
        hint = "昨晚的夜间任务没有完成，数字仍是上一晚的"
        lines.append({"title": "夜间任务", "hint": hint, "url": reverse("reports:nightly"), "state": "late"})
    figures = night = None
    if user.may("orgs.view"):
        lines += todo.lines(user, today)
        night = targets.night_not_after(today)
        rows = targets.rows(user.area, night)
        figures = targets.totals(rows) if rows else None
        if figures and figures.below:
            lines.append(
                {
                    "title": "低于目标的居委", "hint": f"每个居委以 {figures.minimum.normalize():f} 个为准", "count": figures.below,
                    "url": reverse("orgs:targets") + "#below", "state": "warn",
                }
            )  # fmt: skip
    context = {"title": "我的待办", "lines": lines, "figures": figures, "night": night, "today": today}
    return render(request, "reports/home.html", context)
