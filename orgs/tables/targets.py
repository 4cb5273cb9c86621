"""The figures of 达标情况 in words, and the list that each of the present ones opens."""

from urllib.parse import urlencode

from django.urls import reverse

from core.words import shown, trimmed
from orgs.queries.targets import Figures
from places.models import Street

Cell = tuple[str, object, str]  # label, value, address or ""
SHADES = ((0, "已达标"), (1, "差 1—3 个"), (2, "差 4—6 个"), (3, "差 7 个以上"))
TIERS = (
    ("注册社会组织", "registered", "registered"),
    ("群众活动团队", "teams", "team"),
    ("社区活动小组", "groups", "group"),
)


def shade(gap) -> int:
    """0 met, then darker the more is missing."""
    return 0 if gap <= 0 else 1 if gap <= 3 else 2 if gap <= 6 else 3


def register(**conditions) -> str:
    """The register, cut to what counts."""
    return f"{reverse('orgs:list')}?{urlencode(conditions | {'counted': 1})}"


def street_cells(figures: Figures, street: Street | None, linked: bool) -> list[Cell]:
    """The numbers of a street, or of all together; each leads to its list while that is still so long."""
    place = {"street": street.pk} if street else {}
    here = f"?{urlencode(place)}" if place else ""

    def to(**conditions) -> str:
        return register(**place, placed=1, **conditions) if linked else ""

    return [
        ("居委", figures.communities, f"{here}#wall" if linked else ""),
        *((label, getattr(figures, name), to(tier=tier)) for label, name, tier in TIERS),
        ("合计", figures.total, to()),
        ("其中休眠", figures.dormant, to(dormancy="dormant")),
        ("低于目标的居委", figures.below, f"{here}#below" if linked else ""),
    ]


def tiles(figures: Figures, past: Figures | None, linked: bool) -> list[tuple[str, str, str, str]]:
    """[(label, words, address, words of the last night)] above the page, the average first."""
    cells = {label: url for label, _, url in street_cells(figures, None, linked)}
    lines = [
        ("各社区平均数", lambda f: shown(f.average), ""),
        ("计入的组织", lambda f: shown(f.total), cells["合计"]),
        ("居委", lambda f: shown(f.communities), "#wall"),
        ("低于目标的居委（工作清单）", lambda f: shown(f.below), "#below"),
        ("这些居委共差", lambda f: trimmed(f.missing), ""),
    ]
    return [(label, words(figures), url, words(past) if past else "") for label, words, url in lines]


def community_cells(row, linked: bool) -> list[Cell]:
    """The numbers of a community, likewise."""

    def to(**conditions) -> str:
        place = {"street": row.community.street_id, "community": row.community_id}
        return register(**place, **conditions) if linked else ""

    return [
        *((label, getattr(row, name), to(tier=tier)) for label, name, tier in TIERS),
        ("合计", row.total, to()),
    ]


def wall(rows, linked: bool) -> list[dict]:
    """Communities by 街镇: number, gap, shade and the mark that says the same without colour."""
    streets: dict[int, dict] = {}
    for row in rows:
        community = row.community
        cells = streets.setdefault(community.street_id, {"street": community.street, "cells": []})["cells"]
        cells.append(
            {
                "name": community.name.removesuffix("居委会"),
                "total": row.total,
                "gap": row.gap,
                "shade": shade(row.gap),
                "url": community_cells(row, linked)[-1][2],
            }
        )
    return list(streets.values())
