"""我的待办: only what this person can act on, each row a link to the very button."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.choices import Role
from core import notices
from core.casework import todo
from core.registry import numbers_on
from orgs.queries import activities, targets
from reports import queries  # noqa: F401  what register, jobs and nights ask for joins in
from reports.tables import situation

numbers_on("home")


@require_GET
def home(request):
    user, today = request.user, timezone.localdate()
    found = todo.entries(user, today)
    asked = request.GET.get("q", "").strip()
    shown = [e for e in found if asked in e.title or asked in e.action] if asked else found
    figures = night = held = standing = None
    month = today.replace(day=1)
    if user.role == Role.LEADER:
        standing = situation(user, today)
    elif user.may("orgs.view"):
        held = activities.since(user, month)
        night = targets.night_not_after(today)
        rows = targets.rows(user.area, night)
        figures = targets.totals(rows) if rows else None
    context = {
        "title": "我的待办", "entries": shown, "total": len(found), "asked": asked, "figures": figures, "night": night,
        "today": today, "held": held, "standing": standing, "now": timezone.localtime(),
        "held_url": f"{reverse('orgs:activities')}?since={month}",
    }  # fmt: skip
    return render(request, "reports/home.html", context)


@require_GET
def badges(request):
    """How much waits, for the navigation: asked for apart, so that no other page pays for it."""
    waiting, unread = len(todo.entries(request.user, timezone.localdate())), notices.unread(request.user)
    return render(request, "reports/_badges.html", {"waiting": waiting, "unread": unread})
