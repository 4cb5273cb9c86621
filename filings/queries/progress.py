"""How the work goes, place by place (measure 2): filings in hand and decided, yearly reviews, groups, major events."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, fields

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import ExtractDay, TruncDate

from core.dated import is_open
from core.settings import workdays
from filings.choices import IN_HAND, EventState, FilingState, Kind
from filings.models import Filing, MajorEvent
from filings.queries import groups
from filings.queries.filings import due_for_review
from orgs.choices import Status, Tier
from orgs.models import Activity, Organization
from places.models import Community, Street


@dataclass
class Progress:
    """The counts of one place, or of all together.

    days: calendar days between sending and deciding, of all decided filings together, corrections included.
    """

    place: Street | Community | None = None
    in_hand: int = 0
    overdue: int = 0
    decided: int = 0
    in_time: int = 0
    days: int = 0
    teams: int = 0
    unreviewed: int = 0
    reviewed: int = 0
    groups: int = 0
    unconfirmed: int = 0
    events: int = 0
    reported: int = 0

    @property
    def timeliness(self) -> float | None:
        """备案按时办结率."""
        return share(self.in_time, self.decided)

    @property
    def reporting(self) -> float | None:
        """重大活动报告率."""
        return share(self.reported, self.events)

    @property
    def reviewing(self) -> float | None:
        return share(self.reviewed, self.teams)

    @property
    def confirming(self) -> float | None:
        return share(self.groups - self.unconfirmed, self.groups)

    @property
    def average_days(self) -> float | None:
        return self.days / self.decided if self.decided else None


COUNTS = [field.name for field in fields(Progress) if field.name != "place"]


def share(part: int, whole: int) -> float | None:
    """Percent; None of nothing."""
    return 100 * part / whole if whole else None


def progress(
    user, first: datetime.date, last: datetime.date, today: datetime.date, street=None
) -> list[Progress]:
    """Every street that a person sees in official order, or every community of one street; then all of them together.

    A community that is closed stays as long as it holds something that is counted.
    What is in hand, overdue, unreviewed and unconfirmed is as it stands; what was decided or held, of [first, last].
    """
    if street is None:
        level, places = (
            "street",
            Street.objects.visible_to(user).distinct().order_by("district__code", "order"),
        )
    else:
        level = "community"
        places = Community.objects.visible_to(user).filter(street=street).order_by("code")
    found: dict[int, Progress] = defaultdict(Progress)
    for counted in counts(user, level, street, first, last, today):
        for row in counted:
            one = found[row.pop("at")]
            for name, number in row.items():
                setattr(one, name, number or 0)
    rows = []
    for place in places:
        row = found[place.pk]
        if level == "street" or is_open(place, today) or any(getattr(row, name) for name in COUNTS):
            row.place = place
            rows.append(row)
    total = Progress(**{name: sum(getattr(row, name) for row in rows) for name in COUNTS})
    return [*rows, total]


def counts(user, level: str, street, first, last, today) -> list[QuerySet]:
    """One grouped query for each kind of record: {at: place, name of a count: number}."""

    def at(rows: QuerySet, path: str = "") -> QuerySet:
        if street is not None:
            rows = rows.filter(**{f"{path}street": street})
        return rows.order_by().values(at=F(f"{path}{level}"))

    filings, organizations = Filing.objects.visible_to(user), Organization.objects.visible_to(user)
    decided = filings.filter(decided_at__date__range=(first, last))
    taken = ExtractDay(TruncDate("decided_at") - TruncDate("submitted_at"))
    teams = organizations.filter(tier=Tier.TEAM, status=Status.FILED)
    reviewed = Filing.objects.filter(
        kind=Kind.REVIEW, state=FilingState.FILED, year=today.year, organization=OuterRef("pk")
    )
    held = Activity.objects.visible_to(user).filter(is_major=True, held_on__range=(first, last))
    return [
        at(filings.filter(state__in=IN_HAND)).annotate(in_hand=Count("pk"), overdue=Count("pk", filter=workdays.late(today))),
        at(decided).annotate(decided=Count("pk"), in_time=Count("pk", filter=Q(in_time=True)), days=Sum(taken)),
        at(teams).annotate(teams=Count("pk"), reviewed=Count("pk", filter=Exists(reviewed))),
        at(due_for_review(organizations, today.year)).annotate(unreviewed=Count("pk")),
        at(groups.meeting(organizations)).annotate(groups=Count("pk")),
        at(groups.unconfirmed(organizations)).annotate(unconfirmed=Count("pk")),
        at(held, "organization__").annotate(events=Count("pk"), reported=Count("pk", filter=Exists(reported_in_time()))),
    ]  # fmt: skip


def reported_in_time() -> QuerySet:
    """The report of a major activity that came before its deadline: found by its result, until then by name and day."""
    linked = Q(activity=OuterRef("pk"))
    expected = Q(
        organization=OuterRef("organization"), name=OuterRef("name"), starts_at__date=OuterRef("held_on")
    )
    in_time = MajorEvent.objects.filter(linked | expected, reported_on__isnull=False, late=False)
    return in_time.exclude(state=EventState.CALLED_OFF)
