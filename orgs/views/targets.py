"""The target: both readings side by side, the wall of communities, the trend."""

import datetime

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone

from core.charts import line
from core.registry import numbers_on
from core.views.base import require
from orgs.queries import targets

numbers_on("orgs:targets")
SHADES = ((0, "已达标"), (1, "差 1—3 个"), (2, "差 4—6 个"), (3, "差 7 个以上"))


def shade(gap: int) -> int:
    """0 met, then darker the more is missing."""
    return 0 if gap <= 0 else 1 if gap <= 3 else 2 if gap <= 6 else 3


def wall(rows, linked: bool) -> list[dict]:
    """Communities by 街镇: number, gap, shade and the mark that says the same without colour."""
    streets: dict[int, dict] = {}
    for row in rows:
        gap = int(row.policy.minimum) - row.total
        community = row.community
        streets.setdefault(community.street_id, {"street": community.street, "cells": []})["cells"].append(
            {
                "name": community.name.removesuffix("居委会"),
                "total": row.total,
                "gap": max(0, gap),
                "shade": shade(gap),
                "url": f"/orgs/?street={community.street_id}&community={community.pk}&counted=1"
                if linked
                else "",
            }
        )
    return list(streets.values())


def target_page(request):
    require(request.user, "targets.view", "查看达标情况")
    area, today = request.user.area, timezone.localdate()
    asked = request.GET.get("as_of", "")
    try:
        wanted = datetime.date.fromisoformat(asked) if asked else today
    except ValueError:
        wanted = today
        messages.warning(request, "日期应写成 2026-11-02 这样，现显示最近一晚。")
    night = targets.night_not_after(wanted)
    rows = targets.rows(area, night)
    figures = targets.totals(rows)
    # A number opens a list only while it is the list's number: the newest night, unchanged since.
    stored = {r.community.code: (r.registered, r.teams, r.groups, r.dormant) for r in rows}
    current = bool(rows) and stored == targets.live(area, today)
    trend = targets.trend(area, night) if night else []
    rule = targets.policy_on(night or today)
    context = {
        "title": "达标情况",
        "night": night,
        "nights": targets.nights(area)[:400],
        "asked": wanted,
        "figures": figures,
        "streets": targets.by_street(rows),
        "below": sorted(
            (r for r in rows if r.total < r.policy.minimum), key=lambda r: (r.total, r.community.code)
        ),
        "wall": wall(rows, current),
        "shades": SHADES,
        "current": current,
        "outside": targets.outside_communities(area, today) if current else 0,
        "rule": rule,
        "expired": bool(rule and rule.expires_on and rule.expires_on < today),
        "chart": line([(f"{d:%y-%m}", float(f.average)) for d, f in trend], float(figures.minimum)),
        "trend": trend,
        "may_set": request.user.may("settings.view"),
    }
    return render(request, "orgs/targets.html", context)
