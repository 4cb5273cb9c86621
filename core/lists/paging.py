"""Pages by key instead of by offset, and counts that stop at a limit: both stay fast on millions of rows."""

import json
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, Q, QuerySet
from django.http import Http404

COUNT_LIMIT = 10_001
PAGE_SIZES = (25, 50, 100, 200)


def capped_counts(*querysets: QuerySet) -> list[int]:
    """How many rows each queryset has, at most COUNT_LIMIT, in one statement."""
    parts, params = [], []
    for queryset in querysets:
        try:
            sql, values = queryset.order_by().values("pk")[:COUNT_LIMIT].query.sql_with_params()
        except EmptyResultSet:  # conditions that exclude each other
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())


class KeysetPage:
    """One page of a queryset ordered by (path, pk).

    token: where the page starts, as an earlier page gave it; size: rows on the page;
    walked: False for few rows, which are to be sorted, not looked for along the whole order; then `only` gives rows of the
    bare model what the queryset adds to each.
    `rows(sources)` gives tuples (pk, *sources); afterwards `next` and `previous` are tokens or None.
    """

    def __init__(
        self,
        queryset: QuerySet,
        path: str,
        size: int,
        token: str = "",
        descending: bool = False,
        walked: bool = True,
        only: Callable[[QuerySet], QuerySet] = lambda rows: rows,
    ):
        self.queryset, self.path, self.size, self.descending = queryset, path, size, descending
        self.walked, self.only = walked, only
        self.next = self.previous = None
        self.start, self.backwards = None, False
        if token:
            try:
                self.start = signing.loads(token, salt=self.salt)
            except signing.BadSignature as error:
                raise Http404 from error
            self.backwards = bool(self.start["back"])

    def rows(self, sources: list[str]) -> list[tuple]:
        down = self.descending != self.backwards
        # PostgreSQL does not see an index behind the array.
        key = F(self.path) if self.walked else Func(F(self.path), template="(ARRAY[%(expressions)s])[1]")
        order = [key.desc(nulls_first=True), "-pk"] if down else [key.asc(nulls_last=True), "pk"]
        queryset = self.queryset.order_by(*order)
        if self.start:
            queryset = queryset.filter(self._beyond(self.start["v"], self.start["pk"], down))
        if not self.walked:  # few rows are sorted before other tables are joined to them
            page = queryset.values("pk")[: self.size + 1]
            queryset = self.only(self.queryset.model._base_manager.filter(pk__in=page)).order_by(*order)
        found = list(queryset.values_list(self.path, "pk", *sources)[: self.size + 1])
        more = len(found) > self.size
        found = found[: self.size]
        if self.backwards:
            found.reverse()
        if found:
            if more or self.backwards:
                self.next = self._token(found[-1], back=False)
            if (self.backwards and more) or (self.start and not self.backwards):
                self.previous = self._token(found[0], back=True)
        return [row[1:] for row in found]

    def _beyond(self, value: Any, pk: int, down: bool) -> Q:
        path = self.path
        if value is None:
            if down:
                return Q(**{f"{path}__isnull": True, "pk__lt": pk}) | Q(**{f"{path}__isnull": False})
            return Q(**{f"{path}__isnull": True, "pk__gt": pk})
        side, bound = ("lt", "lte") if down else ("gt", "gte")
        # The extra bound lets PostgreSQL start in the index at the right place; without it a deep page scans all.
        beyond = Q(**{f"{path}__{bound}": value}) & (
            Q(**{f"{path}__{side}": value}) | Q(**{path: value, f"pk__{side}": pk})
        )
        nullable = self.queryset.model._meta.get_field(path).null if "__" not in path else True
        return beyond | Q(**{f"{path}__isnull": True}) if nullable and not down else beyond

    @property
    def salt(self) -> str:
        """A token means nothing on another list or under another sort."""
        return f"page:{self.queryset.model._meta.label}:{self.path}"

    def _token(self, row: tuple, back: bool) -> str:
        value = row[0] if row[0] is None or isinstance(row[0], int | str) else str(row[0])
        pk = row[1] if isinstance(row[1], int) else str(row[1])
        return signing.dumps(
            {"v": json.loads(json.dumps(value)), "pk": pk, "back": int(back)}, salt=self.salt
        )
