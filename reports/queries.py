"""Reads of the nights, and what register, jobs, nights and drafts ask of a person (cases join in by themselves)."""

import datetime

from django.urls import reverse
from django.utils import timezone

from core import jobs
from core.casework import unsent
from core.casework.todo import Entry
from core.choices import JobState
from core.jobs import exports
from core.models import Job
from core.settings.parameters import value
from core.words import trimmed
from orgs.queries import targets, todo
from places.models import District
from reports import policy
from reports.choices import RunState
from reports.models import LeadershipWorkbook, NightlyRun

DUE_HOUR = 2  # by then a night that began at half past twelve has ended
JOB_ACTIONS = {
    JobState.WAITING: ("已核对完，等您决定", "warn"),
    JobState.DONE: ("已完成，请下载文件", "info"),
    JobState.FAILED: ("没有完成，请看原因", "late"),
}


def runs(limit: int = 60):
    return NightlyRun.objects.prefetch_related("steps").select_related("started_by")[:limit]


def last_night(today: datetime.date | None = None) -> tuple[datetime.date, NightlyRun | None]:
    """(the date that should have run by this morning, its run if there is one)."""
    night = (today or timezone.localdate()) - datetime.timedelta(days=1)
    return night, NightlyRun.objects.filter(date=night).first()


def is_red(today: datetime.date | None = None, now: datetime.datetime | None = None) -> bool:
    """Whether the last night is missing, failed or was interrupted, so that no figure of it may be shown without its date.

    In the first hours of a day the night before counts as long as the new one is not finished: it is still at it.
    """
    today, now = today or timezone.localdate(), timezone.localtime(now)
    night, run = last_night(today)
    if not (run and finished(run)) and not failed(run) and today == now.date() and now.hour < DUE_HOUR:
        night, run = last_night(today - datetime.timedelta(days=1))
    return not (run and finished(run))


def failed(run: NightlyRun | None) -> bool:
    return run is not None and run.state == RunState.FAILED


def finished(run: NightlyRun) -> bool:
    """Whether a night is done with. One that was started before its day was over is not."""
    return run.state == RunState.DONE and timezone.localdate(run.started_at) > run.date


def missing(now: datetime.datetime | None = None) -> list[datetime.date]:
    """The nights without a finished run, oldest first: within the dated window, but not before the first run of all."""
    now = timezone.localtime(now)
    last = policy.last_night(now)
    first = NightlyRun.objects.order_by("date").values_list("date", flat=True).first()
    window = datetime.timedelta(days=int(value(policy.CATCH_UP_DAYS, now.date())) - 1)
    start = max(min(first or last, last), last - window)
    whole = {run.date for run in NightlyRun.objects.filter(date__gte=start) if finished(run)}
    days = (start + datetime.timedelta(days=n) for n in range((last - start).days + 1))
    return [day for day in days if day not in whole]


def due(now: datetime.datetime | None = None) -> list[datetime.date]:
    """The missing nights, less those that failed just now and rest until they are tried again.

    Only for whoever holds the lock of the nights: a night that is being worked on would look like one that was killed.
    """
    now = timezone.localtime(now)
    days = missing(now)
    tried = {run.date: run for run in NightlyRun.objects.filter(date__in=days)}
    return [day for day in days if day not in tried or _rested(tried[day], now)]


def _rested(run: NightlyRun, now: datetime.datetime) -> bool:
    if timezone.localdate(run.started_at) <= run.date:
        return True  # made by hand before the day was over
    since = run.finished_at or run.started_at
    return not since <= now < since + policy.pause(run.runs, run.state == RunState.FAILED)


def workbooks(user, limit: int = 60):
    """The workbooks tell of the whole installation: where it holds several districts, a district's people do not get them."""
    return _workbooks(user)[:limit]


def workbook_of(user, date: datetime.date) -> LeadershipWorkbook | None:
    """The workbook of a night, if this person gets workbooks at all."""
    return _workbooks(user).filter(date=date).first()


def _workbooks(user):
    beyond = user.area.kind != "all" and District.objects.count() > 1
    kept = LeadershipWorkbook.objects.none() if beyond else LeadershipWorkbook.objects.all()
    return kept.select_related("run")


def run_of(date: datetime.date) -> NightlyRun | None:
    return NightlyRun.objects.filter(date=date).first()


def from_register(user, today: datetime.date) -> list[Entry]:
    if not user.may("orgs.view"):
        return []
    found = [
        Entry(line["title"], line["hint"], line["url"], state=line["state"], count=line["count"])
        for line in todo.lines(user, today)
    ]
    night = targets.night_not_after(today)
    rows = targets.rows(user.area, night)
    figures = targets.totals(rows) if rows else None
    if figures and figures.below:
        hint = f"每个居委以 {trimmed(figures.minimum)} 个为准，截至 {night} 晚"
        url = f"{reverse('orgs:targets')}?as_of={night}#below"
        found.append(Entry("低于目标的居委", hint, url, state="warn", count=figures.below))
    return found


def from_jobs(user, today: datetime.date) -> list[Entry]:
    """Jobs of mine that wait for a decision, whose file is to be fetched, that failed; for the administrator all that broke down."""
    found = []
    for job in exports.to_see_to(user):
        action, state = JOB_ACTIONS[job.state]
        if job.state == JobState.DONE and job.kind != exports.KIND:
            action = "已完成，有没有改成的，请下载结果查看"
        found.append(Entry(job.title, action, reverse("jobs:detail", args=[job.pk]), state=state))
    if not user.watches_jobs:
        return found
    broken = Job.objects.visible_to(user).filter(state=JobState.FAILED).exclude(result__has_key=jobs.REFUSED)
    if failed := broken.count():
        found.append(Entry("失败的后台任务", "查看原因", reverse("jobs:list"), state="late", count=failed))
    return found


def from_nights(user, today: datetime.date) -> list[Entry]:
    if not (user.may("reports.nightly") and is_red(today)):
        return []
    hint = "昨晚的夜间任务没有完成，数字仍是上一晚的"
    return [Entry("夜间任务", hint, reverse("reports:nightly"), state="late")]


def from_drafts(user, today: datetime.date) -> list[Entry]:
    """What was begun and not sent."""
    return [
        Entry(
            draft.titled or "没有提交的表单",
            f"{timezone.localtime(draft.saved_at):%m-%d %H:%M} 自动保存的草稿，继续填写或丢弃",
            f"{draft.path}?draft={draft.key}", discard=reverse("drafts:discard", args=[draft.key]),
        )
        for draft in unsent.open_drafts(user)
    ]  # fmt: skip
