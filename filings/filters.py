"""Filters of the lists of filings."""

from django import forms
from django.utils import timezone
from django_filters import filters

from core.lists.filters import ChoiceFilter, ListFilter, day_filter
from core.numbers import whole
from core.settings import workdays
from filings.choices import IN_HAND, FilingState, Kind
from filings.models import Filing
from orgs.models import Organization
from orgs.queries import register


class PlaceFilter(ListFilter):
    """Street and community, as far as the person sees them."""

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        streets = register.street_choices(request.user)
        street = whole((data or {}).get("street")) or (streets[0][0] if len(streets) == 1 else None)
        self.offer("street", streets)
        self.offer(
            "community",
            register.community_choices(request.user, street, str((data or {}).get("community", ""))),
        )


class FilingFilter(PlaceFilter):
    q = filters.CharFilter(label="名称、编号", method="by_text")
    state = ChoiceFilter(label="办理状态", choices=FilingState.choices, widget=forms.HiddenInput)
    kind = ChoiceFilter(label="事项", choices=Kind.choices, empty_label="全部事项")
    street = ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", choices=[], empty_label="全部居委")
    overdue = ChoiceFilter(
        label="期限", choices=[("1", "已超期"), ("hand", "在办")], method="by_overdue", empty_label="不限"
    )
    since = day_filter("办结日期从", "decided_at", "date__gte")
    until = day_filter("到", "decided_at", "date__lte")
    late = ChoiceFilter(label="办结", choices=[("1", "超期办结的")], method="by_late", empty_label="不限")

    class Meta:
        model = Filing
        fields = ["q", "state", "kind", "street", "community", "overdue", "since", "until", "late"]

    def by_text(self, queryset, name, value):
        return queryset.filter(name__icontains=value) | queryset.filter(filing_no__icontains=value)

    def by_overdue(self, queryset, name, value):
        if value == "hand":
            return queryset.filter(state__in=IN_HAND)
        return queryset.filter(workdays.late(timezone.localdate()), state__in=IN_HAND)

    def by_late(self, queryset, name, value):
        return queryset.filter(in_time=False)


class TeamFilter(PlaceFilter):
    q = filters.CharFilter(label="名称、拼音、编号", method="by_text")
    street = ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", choices=[], empty_label="全部居委")

    class Meta:
        model = Organization
        fields = ["q", "street", "community"]

    def by_text(self, queryset, name, value):
        found, self.amount = register.matching(queryset, value)
        return found
