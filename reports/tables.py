"""What a leader has to know in half a minute, in words, each number with its list."""

import datetime
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.lists.paging import capped_counts
from core.registry import list_named
from core.words import trimmed
from orgs.queries import targets
from places.models import Street

WORST = 3
OVERDUE = (  # address of a list, what its overdue rows are called
    ("filings:list", "超期的备案"),
    ("filings:events", "超期的重大活动"),
    ("orgs:status_changes", "超期的状态变更"),
)
OVERDUE_ONLY = "overdue=1"


@dataclass(frozen=True)
class Situation:
    """figures: of the register as it stands; changes: sentences; worst: (street, its figures), the lowest average first;
    tiles: (label, number, address, state)."""

    figures: targets.Figures
    changes: list[str]
    worst: list[tuple[Street, targets.Figures]]
    tiles: list[tuple[str, int, str, str]]


def situation(user, today: datetime.date) -> Situation:
    """The average against the target, how it moved, where it is lowest, what is overdue."""
    rows = targets.now(user.area, today)
    figures = targets.totals(rows)
    streets = sorted(targets.by_street(rows), key=lambda pair: pair[1].total / pair[1].communities)
    register = f"{reverse('orgs:list')}?{urlencode({'counted': 1, 'placed': 1})}"
    below = f"{reverse('orgs:targets')}#below"
    tiles = [
        *overdue(user),
        ("低于目标的居委", figures.below, below, "warn" if figures.below else "ok"),
        ("休眠组织", figures.dormant, f"{register}&dormancy=dormant", "warn" if figures.dormant else "ok"),
        ("计入的组织", figures.total, register, ""),
    ]
    return Situation(figures, changes(user.area, figures, today), streets[:WORST], tiles)


def changes(area, figures: targets.Figures, today: datetime.date) -> list[str]:
    """How the average moved since a week ago and since the end of last month, as far as there are nights."""
    found = []
    for label, day in (
        ("上周", today - datetime.timedelta(days=7)),
        ("上月末", today.replace(day=1) - datetime.timedelta(days=1)),
    ):
        night = targets.night_not_after(day)
        if past := targets.rows(area, night):
            moved = figures.average - targets.totals(past).average
            words = f"{'提高' if moved > 0 else '下降'} {trimmed(abs(moved))} 个" if moved else "持平"
            found.append(f"比{label}（{night:%m-%d}）{words}")
    return found


def overdue(user) -> list[tuple[str, int, str, str]]:
    """Rows of each list that are past their day: counted by the list itself, so that the two cannot differ."""
    asked = []
    for name, label in OVERDUE:
        try:
            view = list_named(name).seen_by(user, OVERDUE_ONLY)
        except PermissionDenied:
            continue
        asked.append((label, f"{reverse(name)}?{OVERDUE_ONLY}", view.queryset))
    counts = capped_counts(*(rows for _, _, rows in asked)) if asked else []
    return [(label, n, url, "late" if n else "ok") for (label, url, _), n in zip(asked, counts, strict=True)]
