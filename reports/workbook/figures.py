"""Everything that the leadership workbook says, gathered once: every sheet reads this object, so no two can disagree."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

from django.db.models import Count

from core.dated import open_on
from core.dates import in_sql, read
from core.scope import Area
from filings.queries.progress import Progress, progress
from orgs.choices import Dormancy, Tier
from orgs.models import CommunityTarget, Organization, TargetPolicy
from orgs.queries import targets, terms
from orgs.queries.register import counted
from places.models import Community, Street

CATEGORIES = ("charity", "living", "affairs", "culture")


@dataclass
class Book:
    """The figures of one night. Rows in official order; `compared` holds earlier nights by what they are called."""

    night: datetime.date
    policy: TargetPolicy | None
    rows: list[CommunityTarget]
    total: targets.Figures
    streets: list[tuple[Street, targets.Figures]]
    categories: dict[int, dict[str, int]]
    compared: list[tuple[str, datetime.date | None, targets.Figures | None]]
    before: dict[int, targets.Figures]
    trend: list[tuple[datetime.date, targets.Figures]]
    work: list[Progress]
    work_total: Progress
    register: list[tuple] = field(default_factory=list)
    dormant: list[tuple] = field(default_factory=list)
    run_number: int | None = None

    @property
    def worst(self) -> list[CommunityTarget]:
        """The ten communities that lack most, the first in official order among equals."""
        return sorted((r for r in self.rows if r.gap), key=lambda r: -r.gap)[:10]

    @property
    def lowest(self) -> list[tuple[Street, targets.Figures]]:
        """The three streets with the lowest average."""
        return sorted(self.streets, key=lambda pair: pair[1].total / (pair[1].communities or 1))[:3]

    def past(self, label: str) -> targets.Figures | None:
        return next((figures for name, _, figures in self.compared if name == label), None)


def gather(night: datetime.date, area: Area, run_number: int | None) -> Book:
    """Read a night in a fixed number of statements, whatever the size of the area."""
    rows = targets.rows(area, night)
    policy = targets.policy_on(night)
    minimum = policy.minimum if policy else Decimal(12)
    month_end = night.replace(day=1) - datetime.timedelta(days=1)
    earlier = [
        ("较昨日", night - datetime.timedelta(days=1)),
        ("较上月末", month_end),
        ("较上年末", datetime.date(night.year - 1, 12, 31)),
    ]
    compared, before = [], {}
    for label, day in earlier:
        found = targets.night_not_after(day)
        past = targets.rows(area, found)
        compared.append((label, found, targets.totals(past, minimum) if past else None))
        if label == "较上月末":
            before = {street.pk: figures for street, figures in targets.by_street(past)}
    *work, work_total = progress(SimpleNamespace(area=area), night.replace(month=1, day=1), night, night)
    return Book(
        night=night,
        policy=policy,
        rows=rows,
        total=targets.totals(rows, minimum),
        streets=targets.by_street(rows),
        categories=categories(area, night),
        compared=compared,
        before=before,
        trend=targets.trend(area, night),
        work=work,
        work_total=work_total,
        register=register(area),
        dormant=dormant(area, night),
        run_number=run_number,
    )


def categories(area: Area, night: datetime.date) -> dict[int, dict[str, int]]:
    """{street pk: {category code: counted organisations that belong to a community}}."""
    found: dict[int, dict[str, int]] = {}
    rows = counted(Organization.objects.in_area(area), night).filter(
        open_on(Community, night, "community__"), community__isnull=False
    )
    for street, category, n in rows.order_by().values_list("street", "category").annotate(n=Count("pk")):
        found.setdefault(street, {})[category] = n
    return found


REGISTER = (
    "tier", "name", "street__name", "community__name", "status", "category", "credit_code", "filing_no", "legal_form",
    "established_on", "certificate_expires_on", "grade", "grade_expires_on", "member_count", "staff_count",
    "last_active_on", "dormancy",
)  # fmt: skip
ORDER = ("street__district", "street__order", "community__code", "sort_key", "pk")


def register(area: Area) -> list[tuple]:
    """Rows of REGISTER, tier by tier, in words. No names of people, no phones."""
    model = Organization
    words = {
        name: dict(model._meta.get_field(name).flatchoices)
        for name in ("tier", "status", "legal_form", "dormancy")
    }
    words["category"] = terms.categories()
    order = {str(tier): n for n, tier in enumerate(Tier)}
    given = [in_sql(n, model.part_dates[n]) if n in model.part_dates else n for n in REGISTER]
    rows = model.objects.in_area(area).order_by(*ORDER).values_list(*given)
    found = sorted(rows.iterator(chunk_size=5000), key=lambda r: order[r[0]])
    return [
        tuple(
            words[k].get(v, v) if k in words else read(v) if k in model.part_dates else v
            for k, v in zip(REGISTER, row, strict=True)
        )
        for row in found
    ]


def dormant(area: Area, night: datetime.date) -> list[tuple]:
    """(tier, name, street, community, last activity or founding, days of silence), the longest silence first."""
    rows = (
        counted(Organization.objects.in_area(area), night)
        .filter(dormancy=Dormancy.DORMANT)
        .order_by(*ORDER)
        .values_list("tier", "name", "street__name", "community__name", "last_active_on", "established_on")
    )
    found = []
    for tier, name, street, community, last, founded in rows:
        since = last or founded
        found.append(
            (Tier(tier).label, name, street, community, last, (night - since).days if since else None)
        )
    return sorted(found, key=lambda r: -(r[5] or 0))
