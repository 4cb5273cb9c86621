"""What holds on a day: the one place that compares the dates of a row with a day, for query sets, joins, SQL and records."""

import datetime
from dataclasses import dataclass

from django.db import models
from django.db.models import Q


@dataclass(frozen=True)
class Span:
    """Names of the date fields between which a row holds. A model declares one as `span`.

    first: the first day, last: the last day, until: the first day on which it no longer holds. A field that is not named,
    or empty in a row, sets no bound.
    """

    first: str = ""
    last: str = ""
    until: str = ""

    @property
    def bounds(self) -> list[tuple[str, str, str]]:
        """(field, lookup, SQL operator) of each bound: the row holds on a day for which all of them are empty or true."""
        named = [(self.first, "lte", "<="), (self.last, "gte", ">="), (self.until, "gt", ">")]
        return [bound for bound in named if bound[0]]


def open_on(model: type[models.Model], day: datetime.date, path: str = "") -> Q:
    """The condition that a row holds on a day; path: lookup that leads to it from another model, such as `community__`."""
    found = Q()
    for field, lookup, _ in model.span.bounds:
        name, bound = f"{path}{field}", Q(**{f"{path}{field}__{lookup}": day})
        found &= (Q(**{f"{name}__isnull": True}) | bound) if model._meta.get_field(field).null else bound
    return found


def open_sql(model: type[models.Model], alias: str, day: str) -> str:
    """The same in SQL: `alias` of the table, `day` the placeholder of the day."""
    return " AND ".join(
        f"({alias}.{field} IS NULL OR {alias}.{field} {sign} {day})" for field, _, sign in model.span.bounds
    )


def is_open(record: models.Model, day: datetime.date) -> bool:
    """The same of a record in hand."""
    tests = {"<=": datetime.date.__le__, ">=": datetime.date.__ge__, ">": datetime.date.__gt__}
    days = [(getattr(record, field), sign) for field, _, sign in record.span.bounds]
    return all(own is None or tests[sign](own, day) for own, sign in days)


class DatedQuerySet(models.QuerySet):
    """Rows of a model that declares `span`."""

    def open_on(self, day: datetime.date):
        return self.filter(open_on(self.model, day))

    def begun_on(self, day: datetime.date):
        """Those whose first day has come, also the ones that ended."""
        return self.filter(**{f"{self.model.span.first}__lte": day})

    def unended(self):
        """Those for which no end is set, not even a coming one."""
        ends = [name for name in (self.model.span.last, self.model.span.until) if name]
        return self.filter(**{f"{name}__isnull": True for name in ends})

    def newest_on(self, day: datetime.date):
        """The row in force on a day where each holds until the next begins; None before the first."""
        return self.begun_on(day).order_by(f"-{self.model.span.first}").first()
