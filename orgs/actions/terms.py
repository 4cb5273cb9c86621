"""Writes to the dated dictionaries: an entry begins on a day and may end on one; its words are never changed."""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.choices import SettingVerb
from core.history import told
from orgs.models import Term
from orgs.queries.terms import forget


@transaction.atomic
def add(*, kind: str, label: str, valid_from: datetime.date, legal_basis: str, by) -> Term:
    """A new entry at the end of its dictionary; its code is internal and never shown."""
    others = Term.objects.select_for_update().filter(kind=kind)
    codes = set(others.values_list("code", flat=True))
    number = next(n for n in range(len(codes) + 1, 10_000) if f"{kind}{n}" not in codes)
    order = max(others.values_list("order", flat=True), default=0) + 1
    term = Term(
        kind=kind, code=f"{kind}{number}", label=label, order=order, valid_from=valid_from,
        legal_basis=legal_basis, entered_by=by,
    )  # fmt: skip
    term.full_clean()
    with told(SettingVerb.PUBLISH, by, legal_basis):
        term.save()
    forget(kind)
    return term


@transaction.atomic
def stop(term: Term, *, valid_to: datetime.date, legal_basis: str, by) -> None:
    """The last day on which the entry may be chosen; records that hold it keep it and still read well."""
    term.valid_to = valid_to
    term.full_clean()
    with told(SettingVerb.STOP, by, legal_basis):
        term.save(update_fields=["valid_to"])
    forget(term.kind)


@transaction.atomic
def resume(term: Term, *, by) -> None:
    """Take back a stop whose last day is not over."""
    if term.valid_to is None or term.valid_to < timezone.localdate():
        raise ValidationError(f"“{term.label}”没有待生效的停用；已停用的，请新增一项。")
    term.valid_to = None
    with told(SettingVerb.RESUME, by):
        term.save(update_fields=["valid_to"])
    forget(term.kind)


@transaction.atomic
def withdraw(term: Term, *, by) -> None:
    """Take back an entry before its first day."""
    if term.valid_from <= timezone.localdate():
        raise ValidationError(f"“{term.label}”已经启用，不能撤回；不再使用的，请停用。")
    with told(SettingVerb.WITHDRAW, by):
        term.delete()
    forget(term.kind)
