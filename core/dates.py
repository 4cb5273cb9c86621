"""Days of which only the month is known: 2021年3月 stays 2021-03 wherever it is shown and goes back into a sheet as that.

A model names such fields in `part_dates` (date field → field of its precision). Stored is the first day of the month: whatever
is counted from the date (age, silence, order) counts from that day.
"""

import datetime

from django.db import models
from django.db.models import F, Func, Value


class Precision(models.TextChoices):
    DAY = "day", "日"
    MONTH = "month", "月"


class PartDate(datetime.date):
    """A date with what is known of it; equal to a date of the same day and precision only where both say so."""

    precision = Precision.DAY

    @classmethod
    def of(cls, day: datetime.date | None, precision: str) -> "PartDate | datetime.date | None":
        if day is None or precision == Precision.DAY:
            return day
        made = cls(day.year, day.month, day.day)
        made.precision = Precision(precision)
        return made

    @property
    def words(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def known(day) -> str:
    """The precision of a date."""
    return str(getattr(day, "precision", Precision.DAY))


def of_record(record, name: str):
    """A field as it is known: a date, or a PartDate where only the month is."""
    value = getattr(record, record._meta.get_field(name).attname)
    beside = getattr(record, "part_dates", {}).get(name)
    return PartDate.of(value, getattr(record, beside)) if beside and value else value


def set_known(record, name: str, value) -> list[str]:
    """Set a field, and with a date how much of it is known; the names of what was set."""
    setattr(record, name, value)
    beside = getattr(record, "part_dates", {}).get(name)
    if beside:
        setattr(record, beside, known(value))
    return [name, beside] if beside else [name]


def in_sql(name: str, beside: str) -> Func:
    """The field as text, 2021-03 or 2021-03-05, for lists and sheets: see `read`."""
    form = models.Case(
        models.When(**{beside: Precision.MONTH}, then=Value("YYYY-MM")), default=Value("YYYY-MM-DD")
    )
    return Func(F(name), form, function="to_char", output_field=models.CharField())


def read(words: str | None):
    """What `in_sql` gave: a date where the day is known, else the words."""
    if not words:
        return None
    return datetime.date.fromisoformat(words) if len(words) > 7 else words
