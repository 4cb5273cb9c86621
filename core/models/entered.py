"""What people type into records, whatever form, ledger or action it comes through."""

import datetime

from django.core.exceptions import ValidationError
from django.db import models

from core.words import one_line, private, visible

FIRST_YEAR, LAST_YEAR = 1900, 2199  # days that a sheet can hold and a deadline can be counted from
MOST = 10_000_000  # nothing that is counted here comes near it


class Entered(models.Model):
    """Mixin: text without invisible characters, one line where the field is one; days and counts of this world.

    It stands in `clean_fields`, which every form and every action calls before a record is stored.
    """

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        for field in self._meta.concrete_fields:
            value = getattr(self, field.attname)
            if isinstance(value, str) and isinstance(field, models.CharField):
                setattr(self, field.attname, one_line(value))
            elif isinstance(value, str) and isinstance(field, models.TextField):
                setattr(self, field.attname, visible(value))
        errors = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        checked = [f for f in self._meta.concrete_fields if f.name not in {*errors, *(exclude or ())}]
        errors |= {f.name: words for f in checked if (words := strange(f, getattr(self, f.attname)))}
        if errors:
            raise ValidationError(errors)


def strange(field: models.Field, value) -> str:
    """Why a value cannot be meant, as a sentence; empty when it can."""
    if isinstance(value, str) and isinstance(field, models.CharField | models.TextField):
        return private(value)
    if isinstance(value, datetime.date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return f"请核对年份：{value.year}。"
    if (
        isinstance(field, models.PositiveIntegerField)
        and field.editable
        and value is not None
        and value > MOST
    ):
        return "数字过大，请核对。"
    return ""
