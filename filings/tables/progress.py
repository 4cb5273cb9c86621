"""The figures of 办理情况 in words, and the list that each opens."""

from urllib.parse import urlencode

from django.urls import reverse

from filings.queries.progress import Progress
from places.models import Street

SHARES = [  # label, attribute, from which percentage on it is good
    ("备案按时办结率", "timeliness", 95),
    ("年度复核完成率", "reviewing", 95),
    ("小组年度确认率", "confirming", 95),
    ("重大活动报告率", "reporting", 95),
]


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


def tiles(total: Progress) -> list[tuple[str, str, str]]:
    """[(label, words, state)] of all places together."""
    found = []
    for label, name, good in SHARES:
        value = getattr(total, name)
        state = "" if value is None else "ok" if value >= good else "warn"
        found.append((label, percent(value), state))
    return found


def cells(row: Progress, user, street: Street | None, period: dict) -> list[tuple[str, str, str]]:
    """[(label, words, address or "")] of one place; a number leads to its list where the person may open it."""
    place = {"street": street.pk} if street else {}
    if row.place:
        place["street" if isinstance(row.place, Street) else "community"] = row.place.pk
    held = {"since": period["first"], "until": period["last"]}

    def to(name: str, grant: str, **query) -> str:
        return f"{reverse(name)}?{urlencode(place | query)}" if user.may(grant) else ""

    return [
        ("在办", row.in_hand, to("filings:list", "filings.view", overdue="hand")),
        ("超期", row.overdue, to("filings:list", "filings.view", overdue="1")),
        ("办结", row.decided, to("filings:list", "filings.view", **held)),
        ("超期办结", row.decided - row.in_time, to("filings:list", "filings.view", late="1", **held)),
        ("按时率", percent(row.timeliness), ""),
        ("平均天数", "—" if row.average_days is None else f"{row.average_days:.1f}", ""),
        ("团队", row.teams, to("orgs:list", "orgs.view", tier="team", status="filed")),
        ("未发起复核", row.unreviewed, to("filings:reviews", "filings.view")),
        ("复核率", percent(row.reviewing), ""),
        ("小组", row.groups, to("filings:groups", "filings.groups")),
        ("未确认", row.unconfirmed, to("filings:groups", "filings.groups", confirmed="no")),
        ("重大活动", row.events, to("orgs:activities", "orgs.view", major="1", **held)),
        ("报告率", percent(row.reporting), ""),
    ]
