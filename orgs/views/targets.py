"""The target: as the register stands now beside the last night, or any past night; both readings, the wall, the trend."""

import datetime

from django.contrib import messages
from django.shortcuts import render
from django.utils import timezone

from core.access import require
from core.registry import numbers_on
from core.tables.charts import line
from orgs.queries import targets
from orgs.tables.targets import SHADES, community_cells, register, street_cells, tiles, wall

numbers_on("orgs:targets")


def target_page(request):
    """Without a date: the register as it stands, each number its list, beside the last night. With one: that night's snapshot."""
    require(request.user, "targets.view", "查看达标情况")
    area, today = request.user.area, timezone.localdate()
    asked = wanted(request)
    night = targets.night_not_after(asked or today)
    kept = targets.rows(area, night)
    linked = asked is None or night is None
    rows = targets.now(area, today) if linked else kept
    street = next(
        (r.community.street for r in rows if str(r.community.street_id) == request.GET.get("street")), None
    )
    if street:
        rows, kept = ([r for r in some if r.community.street_id == street.pk] for some in (rows, kept))
    figures, past = targets.totals(rows), targets.totals(kept) if kept else None
    trend = targets.trend(area, night) if night and not street else []
    rule = targets.policy_on(today if linked else night)
    context = {
        "title": f"{street.name}达标情况" if street else "达标情况",
        "now": timezone.localtime(),
        "night": night,
        "night_words": "昨晚" if night == today - datetime.timedelta(days=1) else "最近一晚",
        "nights": targets.nights(area)[:400],
        "asked": asked or night,
        "live": linked,
        "street": street,
        "figures": figures,
        "past": past,
        "tiles": tiles(figures, past if linked else None, linked),
        "tabs": tabs(linked, night, street),
        "streets": street_rows(rows, kept, linked),
        "total": street_cells(figures, street, linked),
        "below": [
            (row, community_cells(row, linked))
            for row in sorted((r for r in rows if r.gap), key=lambda r: (r.total, r.community.code))
        ],
        "wall": wall(rows, linked),
        "shades": SHADES,
        "outside": 0 if street or not linked else targets.outside_communities(area, today),
        "outside_url": register(placed=0),
        "rule": rule,
        "expired": bool(rule and rule.expires_on and rule.expires_on < today),
        "chart": line([(f"{d:%y-%m}", float(f.average)) for d, f in trend], float(figures.minimum)),
        "trend": trend,
        "may_set": request.user.may("settings.view"),
    }  # fmt: skip
    return render(request, "orgs/targets.html", context)


def wanted(request) -> datetime.date | None:
    """The day that the address asks for; None for this moment."""
    asked = request.GET.get("as_of", "")
    try:
        return datetime.date.fromisoformat(asked) if asked else None
    except ValueError:
        messages.warning(request, "日期应写成 2026-11-02 这样，现显示此刻的数字。")
        return None


def tabs(linked: bool, night, street) -> list[dict]:
    """现在, and the nights beside it as soon as there is one."""
    more = f"&street={street.pk}" if street else ""
    found = [{"label": "现在", "url": f"?{more[1:]}", "current": linked}]
    if night:
        found.append({"label": "每晚快照", "url": f"?as_of={night}{more}", "current": not linked})
    return found


def street_rows(rows, kept, linked: bool) -> list[tuple]:
    """(street, its figures, its cells, its figures of the last night or None)."""
    before = {street.pk: figures for street, figures in targets.by_street(kept)} if linked else {}
    return [
        (street, figures, street_cells(figures, street, linked), before.get(street.pk))
        for street, figures in targets.by_street(rows)
    ]
