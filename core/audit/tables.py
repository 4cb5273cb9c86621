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

from core import registry
from core.audit import names
from core.audit.words import summary, with_name
from core.choices import AuditKind
from core.lists.filters import ChoiceFilter, ListFilter
from core.models import AuditEvent
from core.tables import Column, Table

KIND_STATES = dict.fromkeys(AuditKind, "info") | dict.fromkeys(
    (AuditKind.DENIED, AuditKind.SIGN_IN_FAILED), "warn"
)


@dataclass(frozen=True, eq=False)
class DetailColumn(Column):
    """What an event tells; a sheet looks up each record once that older events keep by its number only."""

    def plain(self):
        looked: dict[str, dict] = {}

        def words(detail):
            if not names.nameless(detail):
                return summary(detail)
            key = f"{detail.get('model')} {detail.get('list')} {detail['record']}"
            if key not in looked:
                looked[key] = names.unnamed([detail])
            return summary(detail, looked[key])

        return words


class EventTable(Table):
    """On a page those records are looked up together."""

    def html(self, rows, url, selectable=False):
        rows = [list(row) for row in rows]
        at = next((n for n, column in enumerate(self.visible, 1) if column.key == "detail"), None)
        if at:
            known = names.unnamed(row[at] for row in rows)
            for row in rows:
                row[at] = with_name(row[at], known) if isinstance(row[at], dict) else row[at]
        return super().html(rows, url, selectable)


@dataclass(frozen=True, eq=False)
class PageColumn(Column):
    def plain(self):
        return lambda path: names.page_words(path) or None


EVENTS = [
    Column("at", "时间", "at", kind="datetime", sort="at", width=18, link=True),
    Column("kind", "种类", "kind", choices=AuditKind.choices, states=KIND_STATES),
    Column("username", "账号", "username", width=14),
    Column("person", "人员", "user__name", kind="short", width=12),
    Column("address", "地址", "address", kind="code", width=16),
    PageColumn("path", "页面", "path", width=40),
    DetailColumn("detail", "内容", "detail", width=60),
    Column("number", "编号", "id", kind="code", default=False, width=10),
    Column("digest", "校验值", "digest", kind="code", default=False, width=66),
]  # fmt: skip
CHANGES = [
    Column("at", "时间", "created_at", kind="datetime", sort="created_at", width=18, link=True),
    Column("who", "人员", "metadata__username", kind="short", width=12),
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


MOST = 500  # records of one kind that a name may mean


def accounts_named(text: str):
    """Names of accounts that contain the text, or whose people's names do."""
    people = get_user_model().objects.filter(Q(name__icontains=text) | Q(username__icontains=text))
    return people.values_list("username", flat=True)


def records_named(text: str) -> list[tuple[type, list[int]]]:
    """(model, keys) of the records that bear such a name now or bore it once."""
    found: dict[type, list[int]] = {}
    for model, find in registry.FINDERS.items():
        found[model] = list(find(text, found)[:MOST])
    return list(found.items())


class EventFilter(ListFilter):
    kind = ChoiceFilter(label="种类", choices=AuditKind.choices, empty_label="全部种类")
    person = filters.CharFilter(label="账号或姓名", method="by_person")
    record = filters.CharFilter(label="对象名称", method="by_record")
    act = filters.CharFilter(label="事项", method="by_act")
    since = DateFilter(label="从", field_name="at", lookup_expr="gte")
    until = DateFilter(label="至", field_name="at", lookup_expr="lt")
    address = AddressFilter(label="地址", field_name="address")
    q = filters.CharFilter(label="其他内容含", method="by_text")

    class Meta:
        model = AuditEvent
        fields = ["kind", "person", "record", "act", "since", "until", "address", "q"]

    def by_person(self, queryset, name, value):
        """Also failed sign-ins, which have an account's name and no person."""
        if not value:
            return queryset
        named = Q(username__in=accounts_named(value)) | Q(username__icontains=value)
        return queryset.filter(named)

    def by_record(self, queryset, name, value):
        """By the name of that moment, by names before and after it, by pinyin where the register knows it."""
        if not value:
            return queryset
        fits = Q(detail__name__icontains=value) | Q(detail__title__icontains=value)
        for model, keys in records_named(value):
            older = [view.title for view in registry.BY_ADDRESS.values() if view.model is model]
            kind = Q(detail__model=model._meta.label_lower) | Q(detail__list__in=older) & ~Q(
                detail__has_key="model"
            )
            fits |= Q(detail__record__in=keys) & kind if keys else Q()
        return queryset.filter(fits)

    def by_act(self, queryset, name, value):
        """Words of an act or of a kind: 重置密码, 导出."""
        if not value:
            return queryset
        kinds = [kind for kind, label in AuditKind.choices if value in label]
        return queryset.filter(Q(kind__in=kinds) | Q(detail__act__icontains=value))

    def by_text(self, queryset, name, value):
        if not value:
            return queryset
        queryset = queryset.alias(words=Cast("detail", TextField()))
        return queryset.filter(Q(path__contains=value) | Q(words__contains=value))


class ChangeFilter(ListFilter):
    person = filters.CharFilter(label="账号或姓名", method="by_person")
    record = filters.CharFilter(label="对象名称", method="by_record")
    since = DateFilter(label="从", field_name="created_at", lookup_expr="gte")
    until = DateFilter(label="至", field_name="created_at", lookup_expr="lt")
    q = filters.CharFilter(label="事项或原因含", method="by_text")

    class Meta:
        model = Context
        fields = ["person", "record", "since", "until", "q"]

    def by_person(self, queryset, name, value):
        if not value:
            return queryset
        people = get_user_model().objects.filter(Q(name__icontains=value) | Q(username__icontains=value))
        named = Q(metadata__username__icontains=value) | Q(
            metadata__user__in=list(people.values_list("pk", flat=True))
        )
        return queryset.filter(named)

    def by_record(self, queryset, name, value):
        if not value:
            return queryset
        fits = Q(pk__in=[])
        for model, keys in records_named(value):
            if events := getattr(model, "pgh_event_model", None):
                touched = events.objects.filter(pgh_obj_id__in=keys).exclude(pgh_context=None)
                fits |= Q(pk__in=touched.values("pgh_context_id"))
        return queryset.filter(fits)

    def by_text(self, queryset, name, value):
        if not value:
            return queryset
        return queryset.filter(Q(metadata__words__contains=value) | Q(metadata__reason__contains=value))
