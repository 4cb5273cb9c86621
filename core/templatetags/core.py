"""Few filters that templates share."""

from django import template

from core.tables import mask_phone, shown

register = template.Library()
register.filter("shown", shown)


@register.filter
def masked(value):
    return mask_phone(value) or "—"


@register.filter
def get(mapping, key):
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None
