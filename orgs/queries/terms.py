"""The dated dictionaries, read once a minute: they change a few times a year."""

import datetime

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from orgs.choices import TermKind
from orgs.models import Term

MINUTE = 60


def labels(kind: str) -> dict[str, str]:
    """Every code of a dictionary with its words, also the ones out of use: old records must still read well."""
    key = f"terms:{kind}"
    found = cache.get(key)
    if found is None:
        found = dict(Term.objects.filter(kind=kind).order_by("order").values_list("code", "label"))
        cache.set(key, found, MINUTE)
    return found


def choices(kind: str, on: datetime.date | None = None) -> list[tuple[str, str]]:
    """The entries in use on a day, for forms."""
    on = on or timezone.localdate()
    in_use = Term.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on), kind=kind, valid_from__lte=on
    )
    return list(in_use.order_by("order").values_list("code", "label"))


def categories() -> dict[str, str]:
    return labels(TermKind.CATEGORY)


def fields() -> dict[str, str]:
    return labels(TermKind.FIELD)
