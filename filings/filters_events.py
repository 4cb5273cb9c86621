"""Filters of the list of major events."""

from django import forms
from django_filters import filters

from core.lists.filters import ChoiceFilter, day_filter
from filings.choices import EventKind, EventState
from filings.filters import PlaceFilter
from filings.models import MajorEvent
from filings.queries import events


class EventFilter(PlaceFilter):
    q = filters.CharFilter(label="活动、组织名称", method="by_text")
    state = ChoiceFilter(label="办理状态", choices=EventState.choices, widget=forms.HiddenInput)
    kind = ChoiceFilter(label="事项类型", choices=EventKind.choices, empty_label="全部事项")
    street = ChoiceFilter(label="街镇", field_name="organization__street", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(
        label="居委", field_name="organization__community", choices=[], empty_label="全部居委"
    )
    since = day_filter("开始不早于", "starts_at", "date__gte")
    until = day_filter("开始不晚于", "starts_at", "date__lte")
    late = ChoiceFilter(label="迟报", choices=[("1", "迟报的")], method="by_late", empty_label="不限")
    overdue = ChoiceFilter(label="期限", choices=[("1", "已超期")], method="by_overdue", empty_label="不限")

    class Meta:
        model = MajorEvent
        fields = ["q", "state", "kind", "street", "community", "since", "until", "late", "overdue"]

    def by_text(self, queryset, name, value):
        return queryset.filter(name__icontains=value) | queryset.filter(organization__name__icontains=value)

    def by_late(self, queryset, name, value):
        return queryset.filter(late=True)

    def by_overdue(self, queryset, name, value):
        return events.overdue(queryset)
