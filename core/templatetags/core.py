"""Few filters that templates share."""

from django import template

from core import workdays
from core.tables import mask_phone, shown, trimmed

register = template.Library()
register.filter("shown", shown)
register.filter("trimmed", trimmed)
register.filter("due", workdays.due)


@register.filter
def masked(value):
    return mask_phone(value) or "—"


@register.filter
def get(mapping, key):
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None
