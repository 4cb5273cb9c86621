"""Filters of lists: choices drawn by plain string work, and costly conditions applied after all others."""

from functools import lru_cache
from html import escape

import django_filters
from django import forms
from django.forms.utils import flatatt
from django.utils.safestring import mark_safe
from django_filters.fields import ChoiceField


class Select(forms.Select):
    """A select of flat choices. Django's own renders a template per option, which was two thirds of a list page."""

    def render(self, name, value, attrs=None, renderer=None):
        choices = tuple(("" if k is None else str(k), str(v)) for k, v in self.choices)
        attributes = flatatt(self.build_attrs(self.attrs, attrs or {}) | {"name": name})
        body = options(choices, frozenset(map(str, self.format_value(value))))
        return mark_safe(f"<select{attributes}>{body}</select>")  # noqa: S308 - every part was escaped


@lru_cache(maxsize=512)
def options(choices: tuple[tuple[str, str], ...], chosen: frozenset[str]) -> str:
    """`<option>`s, drawn once for the same choices: most lists are drawn with nothing chosen."""
    return "".join(
        f'<option value="{escape(k)}"{" selected" if k in chosen else ""}>{escape(v)}</option>'
        for k, v in choices
    )


class PlainChoiceField(ChoiceField):
    widget = Select


class ChoiceFilter(django_filters.ChoiceFilter):
    field_class = PlainChoiceField


class ListFilter(django_filters.FilterSet):
    """applied_last: names of filters that choose their way by what the others left over.

    amount: set by such a filter: "many" rows are walked in order and not counted; "some" may be few, to be taken out and sorted.
    """

    applied_last: tuple[str, ...] = ()
    amount = ""

    def get_form_class(self):
        """Made once: every form copies its fields anyway, and choices that change are read when they are drawn."""
        kind = type(self)
        if "_form_class" not in kind.__dict__:
            kind._form_class = super().get_form_class()
        return kind._form_class

    def offer(self, name: str, choices: list) -> None:
        """Choices of one field; where there is one only, nobody is asked."""
        self.form.fields[name].choices = choices
        if len(choices) == 1:
            self.form.fields[name].widget = forms.HiddenInput()

    def cut(self, queryset, skip: str = ""):
        """The queryset under every filter but `skip`."""
        self.amount = ""
        data = self.form.cleaned_data
        for name in sorted(data, key=lambda name: name in self.applied_last):
            if name != skip:
                queryset = self.filters[name].filter(queryset, data[name])
        return queryset


def day_filter(label: str, field_name: str, lookup_expr: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        label=label,
        field_name=field_name,
        lookup_expr=lookup_expr,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
