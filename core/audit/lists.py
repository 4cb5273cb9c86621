"""Columns and filters of the auditor's two lists: what was read, what was written."""

import datetime
from dataclasses import dataclass

import django_filters as filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from pghistory.models import Context

from core.audit.words import summary
from core.choices import AuditKind
from core.filters import ChoiceFilter, ListFilter
from core.models import AuditEvent
from core.tables import Column

KIND_STATES = dict.fromkeys(AuditKind, "info") | dict.fromkeys(
    (AuditKind.DENIED, AuditKind.SIGN_IN_FAILED), "warn"
)


@dataclass(frozen=True, eq=False)
class DetailColumn(Column):
    def plain(self):
        return summary


EVENTS = [
    Column("at", "时间", "at", kind="datetime", sort="at", width=18, link=True),
    Column("kind", "种类", "kind", choices=AuditKind.choices, states=KIND_STATES),
    Column("username", "账号", "username", width=14),
    Column("person", "人员", "user__name", width=12),
    Column("address", "地址", "address", kind="code", width=16),
    Column("path", "页面", "path", width=40),
    DetailColumn("detail", "内容", "detail", width=60),
    Column("number", "编号", "id", kind="code", default=False, width=10),
    Column("digest", "校验值", "digest", kind="code", default=False, width=66),
]  # fmt: skip
CHANGES = [
    Column("at", "时间", "created_at", kind="datetime", sort="created_at", width=18, link=True),
    Column("who", "人员", "metadata__username", width=12),
    Column("verb", "事项", "verb", width=14),
    Column("reason", "原因", "metadata__reason", kind="words", width=40),
    Column("touched", "涉及记录", "touched", kind="number", width=10),
]


class DateFilter(filters.DateFilter):
    """A day of the local calendar, as a bound that an index on the time can use."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)

    def filter(self, queryset, value):
        if value is None or value.year > 9998:
            return queryset
        day = value + datetime.timedelta(days=self.lookup_expr == "lt")  # “至” takes the whole day in
        return super().filter(queryset, timezone.make_aware(datetime.datetime.combine(day, datetime.time())))


class AddressFilter(filters.CharFilter):
    field_class = forms.GenericIPAddressField


class EventFilter(ListFilter):
    kind = ChoiceFilter(label="种类", choices=AuditKind.choices, empty_label="全部种类")
    person = filters.CharFilter(label="账号或姓名", method="by_person")
    since = DateFilter(label="从", field_name="at", lookup_expr="gte")
    until = DateFilter(label="至", field_name="at", lookup_expr="lt")
    address = AddressFilter(label="地址", field_name="address")
    q = filters.CharFilter(label="页面或内容含", method="by_text")

    class Meta:
        model = AuditEvent
        fields = ["kind", "person", "since", "until", "address", "q"]

    def by_person(self, queryset, name, value):
        """Also failed sign-ins, which have an account's name and no person."""
        if not value:
            return queryset
        named = get_user_model().objects.filter(name=value).values_list("username", flat=True)
        return queryset.filter(username__in=[value, *named])

    def by_text(self, queryset, name, value):
        if not value:
            return queryset
        queryset = queryset.alias(words=Cast("detail", TextField()))
        return queryset.filter(Q(path__contains=value) | Q(words__contains=value))


class ChangeFilter(ListFilter):
    person = filters.CharFilter(label="姓名", field_name="metadata__username")
    since = DateFilter(label="从", field_name="created_at", lookup_expr="gte")
    until = DateFilter(label="至", field_name="created_at", lookup_expr="lt")
    q = filters.CharFilter(label="事项或原因含", method="by_text")

    class Meta:
        model = Context
        fields = ["person", "since", "until", "q"]

    def by_text(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(Q(metadata__words__contains=value) | Q(metadata__reason__contains=value))
