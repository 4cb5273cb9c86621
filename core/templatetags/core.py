"""Few filters that templates share."""

from django import forms, template
from django.utils.html import format_html

from core.forms import drafts
from core.settings import workdays
from core.words import mask_phone, shown, trimmed, without_numbers

register = template.Library()
register.filter("shown", shown)
register.filter("without_numbers", lambda text: without_numbers(str(text or "")))
register.filter("trimmed", trimmed)
register.filter("due", workdays.due)


@register.filter
def masked(value):
    return mask_phone(value) or "—"


@register.filter
def may(user, grant):
    """Whether the person holds a grant."""
    return user.may(grant)


@register.filter
def get(mapping, key):
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None


@register.filter
def typed(field):
    """A bound field with the keys of a telephone that fit what is typed into it."""
    return field.as_widget(attrs=keys_for(field.name, field.field, field.field.widget))


def keys_for(name: str, field: forms.Field, widget: forms.Widget) -> dict[str, str]:
    """The attributes of an input for numbers, telephones and codes; nothing for all else, days bring their own."""
    if not isinstance(widget, (forms.TextInput, forms.NumberInput)) or "inputmode" in widget.attrs:
        return {}
    if isinstance(field, forms.DecimalField):
        return {"inputmode": "decimal"}
    if isinstance(field, forms.IntegerField):
        return {"inputmode": "numeric"}
    if name.endswith("phone"):
        return {"inputmode": "tel", "autocomplete": "off"}
    if name.endswith(("_code", "_no")):
        return {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}
    return {}


@register.simple_tag(takes_context=True)
def form_key(context, title=""):
    """The hidden field that makes a form's contents safe: see core.forms.drafts."""
    return format_html(
        '<input type="hidden" name="{}" value="{}">', drafts.FIELD, drafts.issue(context["request"], title)
    )


@register.simple_tag
def step_key(label, request, path, seen):
    """The same for a form of a case's page that is sent to an address of its own; seen: the version that the page shows."""
    key = drafts.issue(request, label, path, seen)
    return format_html('<input type="hidden" name="{}" value="{}">', drafts.FIELD, key)


@register.inclusion_tag("core/parts/_unsent.html", takes_context=True)
def unsent(context):
    """What this person began on this page and did not send, unless it is being shown just now."""
    request = context["request"]
    shown = request.method == "POST" or getattr(request, "draft", None)
    found = [] if shown else drafts.drafts_of(request.user, request.path)[:3]
    return {"drafts": found, "path": request.path, "csrf_token": context.get("csrf_token")}
