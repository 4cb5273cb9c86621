"""Working days in Shanghai: the State Council's calendar from a kept library, corrected by the bureau's own rows.

A year that the library does not know yet falls back to weekends and the statutory days with their 补假; `published`
tells such a year apart. Lists that ask for many days call `read()` once and ask what it gives.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from holidays import HolidayBase, country_holidays

from core.choices import DayKind, SettingVerb
from core.history import taken_back, told
from core.models import Holiday

CACHE_KEY = "core:workdays"
MINUTE = 60
DAY = datetime.timedelta(days=1)
SOON = 3  # working days, from here on a deadline is marked


@lru_cache(maxsize=64)
def statutory(year: int) -> HolidayBase:
    """The year as the State Council published it: day → name of the holiday, 调休 in `weekend_workdays`."""
    return country_holidays("CN", years=year, expand=False, language="zh_CN")


@dataclass(frozen=True)
class Workdays:
    """The working calendar at one moment. corrections: day → whether the bureau says that it is worked."""

    corrections: Mapping[datetime.date, bool] = field(default_factory=dict)

    def is_workday(self, day: datetime.date) -> bool:
        corrected = self.corrections.get(day)
        return statutory(day.year).is_working_day(day) if corrected is None else corrected

    def add(self, day: datetime.date, n: int) -> datetime.date:
        """The n-th working day after `day`, before it when n < 0; for n = 0 the day itself or the next that is worked."""
        if n == 0:
            return day if self.is_workday(day) else self.add(day, 1)
        step = DAY if n > 0 else -DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def between(self, a: datetime.date, b: datetime.date) -> int:
        """How many working days lie in (a, b]; negative, those in (b, a], when b is earlier."""
        if b < a:
            return -self.between(b, a)
        return sum(self.is_workday(a + n * DAY) for n in range(1, (b - a).days + 1))

    def last_late(self, today: datetime.date) -> datetime.date:
        """The newest deadline that is late on a day: a deadline on a day off ends with the next working day (民法典第二百零三条)."""
        return self.add(today, -1)

    def is_late(self, day: datetime.date | None, today: datetime.date) -> bool:
        """Whether a deadline has passed. The one rule behind every badge, filter, figure and record; None is never late."""
        return day is not None and day <= self.last_late(today)

    def due(self, day: datetime.date, today: datetime.date) -> tuple[str, str]:
        """(css state, words) of a deadline."""
        last = self.add(day, 0)
        if self.is_late(day, today):
            days = self.between(last, today)
            return "late", f"超期 {days} 个工作日" if days else "已超期"
        if last <= today:
            return "warn", "今天到期"
        days = self.between(today, last)
        return ("warn" if days <= SOON else "info"), f"还剩 {days} 个工作日"

    def published(self, year: int) -> bool:
        """Whether the year's 调休 is known, from the library or because the bureau entered a worked weekend."""
        known = any(day.year == year for day in statutory(year).weekend_workdays)
        return known or any(
            worked and day.year == year and day.weekday() > 4 for day, worked in self.corrections.items()
        )


def read() -> Workdays:
    """The calendar as it stands; the corrections are few and read from the cache."""
    found = cache.get(CACHE_KEY)
    if found is None:
        rows = Holiday.objects.values_list("date", "kind")
        found = {day: kind == DayKind.WORKDAY for day, kind in rows}
        cache.set(CACHE_KEY, found, MINUTE)
    return Workdays(found)


def is_workday(day: datetime.date) -> bool:
    return read().is_workday(day)


def add(day: datetime.date, n: int) -> datetime.date:
    """See `Workdays.add`."""
    return read().add(day, n)


def between(a: datetime.date, b: datetime.date) -> int:
    """See `Workdays.between`."""
    return read().between(a, b)


def due(day: datetime.date, today: datetime.date) -> tuple[str, str]:
    """See `Workdays.due`."""
    return read().due(day, today)


def is_late(day: datetime.date | None, today: datetime.date) -> bool:
    """See `Workdays.is_late`."""
    return read().is_late(day, today)


def late(today: datetime.date, field: str = "due_on") -> Q:
    """The rows whose deadline is late on a day: the same rule as `is_late`, as a condition."""
    return Q(**{f"{field}__lte": read().last_late(today)})


def forget() -> None:
    """Every process reads the corrections anew once this transaction is committed."""
    transaction.on_commit(lambda: cache.delete(CACHE_KEY))


@transaction.atomic
def correct(
    *, first: datetime.date, last: datetime.date | None = None, kind: str, name: str, legal_basis: str, by
) -> list[Holiday]:
    """Enter an arrangement for each day that is not so already, a weekend within a holiday for example."""
    calendar = read()
    span = [first + n * DAY for n in range(((last or first) - first).days + 1)]
    differing = [day for day in span if calendar.is_workday(day) != (kind == DayKind.WORKDAY)]
    if not differing:
        raise ValidationError("日历上已经是这样安排的，不用更正。")
    made = [
        Holiday(date=day, kind=kind, name=name, legal_basis=legal_basis, entered_by=by) for day in differing
    ]
    with told(SettingVerb.PUBLISH, by, legal_basis):
        for row in made:
            row.full_clean()
            row.save()
    forget()
    return made


def withdrawn(year: int):
    """Corrections of a year that were taken back before their day."""
    return taken_back(Holiday, date__year=year)


@transaction.atomic
def withdraw(row: Holiday, *, by) -> None:
    """Take back a correction before its day: the published calendar holds again."""
    if row.date <= timezone.localdate():
        raise ValidationError(f"{row.date} 已到，不能撤回：期限已按它计算。")
    with told(SettingVerb.WITHDRAW, by):
        row.delete()
    forget()
