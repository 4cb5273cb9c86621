"""The dated dictionaries, read once a minute: they change a few times a year."""

import datetime
import time
from collections.abc import Iterable
from functools import lru_cache

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.dated import open_on
from core.history import taken_back
from orgs.choices import TermKind
from orgs.models import Organization, Term

MINUTE = 60


def labels(kind: str) -> dict[str, str]:
    """Every code that a record may hold with its words, also the ones out of use: old records must still read well."""
    return _labels(kind, int(time.monotonic()))


@lru_cache(maxsize=8)
def _labels(kind: str, second: int) -> dict[str, str]:
    """A page asks several times: the process remembers for a second, all of them share what one read from the database."""
    key = f"terms:{kind}"
    found = cache.get(key)
    if found is None:
        begun = Term.objects.filter(kind=kind).begun_on(timezone.localdate())
        found = dict(begun.order_by("order").values_list("code", "label"))
        cache.set(key, found, MINUTE)
    return found


def forget(kind: str) -> None:
    """Every process reads the dictionary anew once this transaction is committed."""

    def drop():
        cache.delete(f"terms:{kind}")
        _labels.cache_clear()

    transaction.on_commit(drop)


def entries(kind: str) -> list[Term]:
    """The whole dictionary in its order, for the settings."""
    return list(Term.objects.filter(kind=kind).select_related("entered_by").order_by("order", "pk"))


def withdrawn(kind: str):
    """Entries that were taken back before their first day."""
    return taken_back(Term, kind=kind)


def term_or_404(pk: int) -> Term:
    return get_object_or_404(Term, pk=pk)


def used(term: Term) -> int:
    """How many organisations hold the entry now."""
    held = {
        TermKind.CATEGORY: {"category": term.code},
        TermKind.FIELD: {"service_fields__contains": [term.code]},
        TermKind.NAME_WORD: {"name__contains": term.label},
    }.get(TermKind(term.kind))
    return Organization.objects.filter(**held).count() if held else 0


def taken(kind: str, label: str) -> bool:
    return Term.objects.filter(kind=kind, label=label).exists()


def choices(kind: str, on: datetime.date | None = None, held: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The entries in use on a day, for forms; `held`: codes that the record has and may keep when they are out of use."""
    on = on or timezone.localdate()
    kept = Q(code__in=[code for code in held if code])
    entries = Term.objects.filter(open_on(Term, on) | kept, kind=kind)
    return list(entries.order_by("order").values_list("code", "label"))


def categories() -> dict[str, str]:
    return labels(TermKind.CATEGORY)


def fields() -> dict[str, str]:
    return labels(TermKind.FIELD)


def name_words() -> list[tuple[str, str]]:
    """(word, why it should be looked at) of the words that a name should not hold, as of today."""
    return list(_in_use(TermKind.NAME_WORD).values_list("label", "legal_basis"))


def filing_pattern() -> str:
    """The pattern of new filing numbers as of today; empty when none is set."""
    return _in_use(TermKind.FILING_NO).order_by("-valid_from").values_list("label", flat=True).first() or ""


def _in_use(kind: str):
    return Term.objects.filter(kind=kind).open_on(timezone.localdate()).order_by("order")
