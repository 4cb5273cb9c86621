"""Filters of groups and of spot checks."""

from django import forms
from django_filters import filters

from core.lists.filters import ChoiceFilter, ListFilter
from filings.choices import CheckState
from filings.filters import PlaceFilter
from filings.models import SpotCheck
from filings.queries import groups
from orgs.models import Organization
from orgs.queries import register


class GroupFilter(PlaceFilter):
    q = filters.CharFilter(label="名称、拼音", method="by_text")
    confirmed = ChoiceFilter(
        label="本年度确认",
        choices=[("no", "未确认"), ("yes", "已确认")],
        method="by_confirmed",
        empty_label="全部",
    )
    ready = ChoiceFilter(label="转备案条件", choices=[("1", "已具备")], method="by_ready", empty_label="不限")
    street = ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", choices=[], empty_label="全部居委")

    class Meta:
        model = Organization
        fields = ["q", "confirmed", "ready", "street", "community"]

    def by_text(self, queryset, name, value):
        found, self.amount = register.matching(queryset, value)
        return found

    def by_confirmed(self, queryset, name, value):
        return queryset.filter(confirmed=value == "yes")

    def by_ready(self, queryset, name, value):
        return queryset.filter(
            pk__in=groups.ready(Organization.objects.visible_to(self.request.user)).values("pk")
        )


class CheckFilter(ListFilter):
    q = filters.CharFilter(label="名称", field_name="filing__name", lookup_expr="icontains")
    state = ChoiceFilter(label="办理状态", choices=CheckState.choices, widget=forms.HiddenInput)
    street = ChoiceFilter(label="街镇", field_name="filing__street", choices=[], empty_label="全部街镇")
    draw = ChoiceFilter(label="抽查批次", choices=[], empty_label="全部批次")

    class Meta:
        model = SpotCheck
        fields = ["q", "state", "street", "draw"]

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        self.form.fields["street"].choices = register.street_choices(request.user)
        self.form.fields["draw"].choices = groups.draws(request.user)
