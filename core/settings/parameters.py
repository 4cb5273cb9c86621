"""Numbers with dates: an app's policy declares them (`core.policy.Declared`), `value` reads them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.choices import SettingVerb
from core.history import taken_back, told
from core.models import Parameter
from core.policy import Declared
from core.registry import PARAMETERS, ParameterGroup


def value(declared: Declared, on: datetime.date | None = None) -> Decimal:
    """The value in force on a day: the newest row not later than that day, else the declared first value."""
    on = on or timezone.localdate()
    row = Parameter.objects.filter(key=declared.key).newest_on(on)
    return row.value if row else declared.first


@dataclass
class Entry:
    """A declared number with every value that was published for it, newest first, as seen on a day."""

    declared: Declared
    on: datetime.date
    rows: list[Parameter] = field(default_factory=list)

    @property
    def current(self) -> Parameter | None:
        return next((row for row in self.rows if row.effective_from <= self.on), None)

    @property
    def value(self) -> Decimal:
        return self.current.value if self.current else self.declared.first

    @property
    def legal_basis(self) -> str:
        return self.current.legal_basis if self.current else self.declared.legal_basis

    @property
    def coming(self) -> list[Parameter]:
        """Published and not yet in force, the next one first."""
        return [row for row in reversed(self.rows) if row.effective_from > self.on]

    @property
    def past(self) -> list[Parameter]:
        return [row for row in self.rows if row.effective_from <= self.on and row is not self.current]


def entries(declared: Iterable[Declared], on: datetime.date) -> list[Entry]:
    found = {item.key: Entry(item, on) for item in declared}
    for row in Parameter.objects.filter(key__in=found).select_related("entered_by"):
        found[row.key].rows.append(row)
    return list(found.values())


def groups(on: datetime.date) -> list[tuple[str, list[Entry]]]:
    """(title, entries) of every app's numbers, in one statement."""
    by_key = {e.declared.key: e for e in entries((d for g in PARAMETERS.values() for d in g.declared), on)}
    return [(group.title, [by_key[d.key] for d in group.declared]) for group in PARAMETERS.values()]


def find(key: str) -> tuple[ParameterGroup, Declared] | None:
    return next(((g, d) for g in PARAMETERS.values() for d in g.declared if d.key == key), None)


def taken(declared: Declared, day: datetime.date) -> bool:
    """Whether a value was published already for that very day."""
    return Parameter.objects.filter(key=declared.key, effective_from=day).exists()


def withdrawn(declared: Declared):
    """Values that were taken back before their day."""
    return taken_back(Parameter, key=declared.key)


@transaction.atomic
def publish(
    declared: Declared, *, value: Decimal, effective_from: datetime.date, legal_basis: str, by
) -> Parameter:
    """A new value from a day on; ValidationError when that day has one already."""
    row = Parameter(
        key=declared.key, value=value, effective_from=effective_from, legal_basis=legal_basis, entered_by=by
    )
    row.full_clean()
    with told(SettingVerb.PUBLISH, by, legal_basis):
        row.save()
    return row


@transaction.atomic
def withdraw(row, *, by) -> None:
    """Take back a dated row (of any model with `effective_from`) before its day."""
    if row.effective_from <= timezone.localdate():
        raise ValidationError(
            f"{row.effective_from} 起已经生效，不能撤回；请发布一个新值，从以后某天起使用。"
        )
    with told(SettingVerb.WITHDRAW, by):
        row.delete()
