"""Changes of many organisations by one statement. The history holds each of them, under one context."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.history import told
from core.jobs.bulk import among
from orgs.choices import Door, Status, Verb
from orgs.models import Organization
from orgs.queries import filed


@transaction.atomic
def change_terms(
    pks: Sequence[int], *, category: str = "", service_fields: Sequence[str] = (), by, reason: str
) -> None:
    """Set the category, the service fields or both; what is empty stays as it is."""
    values = {"category": category, "service_fields": list(service_fields)}
    _change(pks, {name: value for name, value in values.items() if value}, Verb.EDIT, by, reason)


@transaction.atomic
def change_status(pks: Sequence[int], *, status: Status, by, reason: str) -> None:
    """Give all of them one status, which must fit the tier of each: else the database refuses the whole."""
    _change(pks, {"status": status}, Verb.STATUS, by, reason)


def _change(pks: Sequence[int], values: dict, verb: Verb, by, reason: str) -> None:
    rows = among(Organization.objects.all(), pks)
    if refusal := next(iter(filed.losing(rows, values, Door.BULK).values()), ""):
        raise ValidationError(refusal)
    with told(verb, by, reason):
        rows.update(**values, version=F("version") + 1, updated_at=timezone.now())
