"""The target in both readings: the average per community (the policy's test) and each community's gap (the work list).

Past nights are read from their snapshots, so that they are reproduced to the digit; `now` counts the register.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, F, Q, Sum
from django.shortcuts import get_object_or_404

from core.dated import open_on
from core.history import taken_back
from core.scope import Area
from orgs import policy
from orgs.choices import Dormancy, Tier
from orgs.models import CommunityTarget, Organization, TargetPolicy
from orgs.queries.register import counted
from places.models import Community, Street

HUNDREDTH = Decimal("0.01")


@dataclass
class Figures:
    """Counts over some communities, against the minimum in force that night."""

    minimum: Decimal
    communities: int = 0
    registered: int = 0
    teams: int = 0
    groups: int = 0
    dormant: int = 0
    below: int = 0
    missing: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        return self.registered + self.teams + self.groups

    @property
    def average(self) -> Decimal:
        """Organisations per community, two decimals; 0 without communities."""
        if not self.communities:
            return Decimal("0.00")
        return (Decimal(self.total) / self.communities).quantize(HUNDREDTH, ROUND_HALF_UP)

    @property
    def at_target(self) -> int:
        return self.communities - self.below

    @property
    def met(self) -> bool:
        """The policy's test: compared exactly, not by the rounded average."""
        return self.total >= self.minimum * self.communities

    @property
    def gap(self) -> Decimal:
        """How many organisations the area as a whole lacks, 0 when the average is met."""
        return max(Decimal(0), self.minimum * self.communities - self.total)

    def add(self, row: "CommunityTarget | Standing") -> None:
        self.communities += 1
        self.registered += row.registered
        self.teams += row.teams
        self.groups += row.groups
        self.dormant += row.dormant
        if row.total < self.minimum:
            self.below += 1
            self.missing += self.minimum - row.total


@dataclass(frozen=True)
class Standing:
    """What one community has at this moment: read like a row of a snapshot, and never stored."""

    community: Community
    policy: TargetPolicy
    registered: int
    teams: int
    groups: int
    dormant: int

    @property
    def total(self) -> int:
        return self.registered + self.teams + self.groups

    @property
    def gap(self) -> Decimal:
        return max(Decimal(0), self.policy.minimum - self.total)

    @property
    def community_id(self) -> int:
        return self.community.pk


def policy_on(on: datetime.date) -> TargetPolicy | None:
    """The policy in force on a day; None before the first."""
    return TargetPolicy.objects.newest_on(on)


def night_not_after(on: datetime.date) -> datetime.date | None:
    """The newest night with a snapshot, not later than a day."""
    return (
        CommunityTarget.objects.filter(night__lte=on)
        .order_by("-night")
        .values_list("night", flat=True)
        .first()
    )


def nights(area: Area) -> list[datetime.date]:
    """Nights with a snapshot of this area, newest first."""
    found = CommunityTarget.objects.in_area(area).order_by("-night").values_list("night", flat=True)
    return list(found.distinct())


def rows(area: Area, night: datetime.date | None) -> list[CommunityTarget]:
    """The snapshot of one night: one row per community of the area, in official order."""
    if night is None:
        return []
    found = CommunityTarget.objects.in_area(area).filter(night=night)
    return list(
        found.select_related("community__street", "policy").order_by(
            "community__street__district", "community__street__order", "community__code"
        )
    )


def now(area: Area, on: datetime.date) -> list[Standing]:
    """The register as it stands, in the order of `rows`, under the policy of a day."""
    rule = policy_on(on) or TargetPolicy(minimum=Decimal(policy.MINIMUM_FIRST))
    counts = live(area, on)
    communities = Community.objects.in_area(area).filter(code__in=counts).select_related("street")
    order = communities.order_by("street__district", "street__order", "code")
    return [Standing(community, rule, *counts[community.code]) for community in order]


def totals(rows: Iterable[CommunityTarget | Standing], minimum: Decimal | None = None) -> Figures:
    rows = list(rows)
    first = rows[0].policy.minimum if rows else Decimal(policy.MINIMUM_FIRST)
    figures = Figures(first if minimum is None else minimum)
    for row in rows:
        figures.add(row)
    return figures


def by_street(rows: Iterable[CommunityTarget | Standing]) -> list[tuple[Street, Figures]]:
    """Figures per 街镇, in the order of the rows (official)."""
    found: dict[int, tuple[Street, Figures]] = {}
    for row in rows:
        street = row.community.street
        found.setdefault(street.pk, (street, Figures(row.policy.minimum)))[1].add(row)
    return list(found.values())


def trend(area: Area, until: datetime.date, points: int = 24) -> list[tuple[datetime.date, Figures]]:
    """(night, figures) of the last night of each month up to a day, and of that day itself, oldest first."""
    grouped = (
        CommunityTarget.objects.in_area(area)
        .filter(night__lte=until)
        .values("night", minimum=F("policy__minimum"))
        .annotate(
            communities=Count("pk"),
            registered=Sum("registered"),
            teams=Sum("teams"),
            groups=Sum("groups"),
            dormant=Sum("dormant"),
            below=Count("pk", filter=Q(total__lt=F("policy__minimum"))),
        )
        .order_by("night")
    )
    last_of_month: dict[tuple[int, int], tuple[datetime.date, Figures]] = {}
    for row in grouped:
        night = row.pop("night")
        last_of_month[night.year, night.month] = (night, Figures(**row))
    return list(last_of_month.values())[-points:]


def live(area: Area, on: datetime.date) -> dict[str, tuple[int, int, int, int]]:
    """{community code: (registered, teams, groups, dormant)} counted now under the policy of a day, zeros included."""
    open_ones = Community.objects.in_area(area).open_on(on).order_by("code")
    found = {code: [0, 0, 0, 0] for code in open_ones.values_list("code", flat=True)}
    column = {Tier.REGISTERED: 0, Tier.TEAM: 1, Tier.GROUP: 2}
    counts = (
        counted(Organization.objects.in_area(area), on)
        .filter(open_on(Community, on, "community__"), community__isnull=False)
        .order_by()
        .values_list("community__code", "tier")
        .annotate(n=Count("pk"), dormant=Count("pk", filter=Q(dormancy=Dormancy.DORMANT)))
    )
    for code, tier, n, dormant in counts:
        found[code][column[tier]] += n
        found[code][3] += dormant
    return {code: tuple(four) for code, four in found.items()}


def outside_communities(area: Area, on: datetime.date) -> int:
    """Counted organisations that serve a whole street and so belong to no community."""
    return counted(Organization.objects.in_area(area), on).filter(community__isnull=True).count()


def policies():
    """Every reading of the target, newest first."""
    return TargetPolicy.objects.select_related("entered_by")


def policy_or_404(pk: int) -> TargetPolicy:
    return get_object_or_404(TargetPolicy, pk=pk)


def policy_taken(day: datetime.date) -> bool:
    return TargetPolicy.objects.filter(effective_from=day).exists()


def withdrawn_policies():
    """Readings that were taken back before their day."""
    return taken_back(TargetPolicy)
