"""Filters of the lists of accounts and of changes of roles."""

import django_filters as filters
from django import forms
from django.db.models import Q

from accounts import queries
from accounts.choices import GrantState, Role
from accounts.models import RoleChange, User
from core.lists.filters import ChoiceFilter, ListFilter, day_filter

STATES = [("1", "在用"), ("0", "停用"), ("waiting", "在用、待授权")]


class UserFilter(ListFilter):
    q = filters.CharFilter(label="账号或姓名", method="by_name")
    role = ChoiceFilter(label="角色", choices=Role.choices, empty_label="全部角色")
    street = ChoiceFilter(label="街镇", choices=[], method="by_street", empty_label="全部街镇")
    state = ChoiceFilter(label="状态", choices=STATES, method="by_state", empty_label="全部状态")
    unused = day_filter("此日以后没有登录", "last_login", "date__lt")

    class Meta:
        model = User
        fields = ["q", "role", "street", "state", "unused"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer("street", [(street.pk, street.name) for street in queries.streets()])

    def by_name(self, queryset, name, value):
        return queryset.filter(Q(username__icontains=value) | Q(name__icontains=value)) if value else queryset

    def by_street(self, queryset, name, value):
        return queryset.filter(Q(street=value) | Q(community__street=value)) if value else queryset

    def by_state(self, queryset, name, value):
        if value == "waiting":
            return queryset.filter(is_active=True, role="")
        return queryset.filter(is_active=value == "1") if value else queryset


class RoleChangeFilter(ListFilter):
    q = filters.CharFilter(label="账号或姓名", method="by_name")
    state = ChoiceFilter(label="办理状态", choices=GrantState.choices, widget=forms.HiddenInput)
    role = ChoiceFilter(label="拟授予角色", choices=Role.choices, empty_label="全部角色")
    since = day_filter("提出不早于", "submitted_at", "date__gte")
    until = day_filter("提出不晚于", "submitted_at", "date__lte")

    class Meta:
        model = RoleChange
        fields = ["q", "state", "role", "since", "until"]

    def by_name(self, queryset, name, value):
        named = Q(person__username__icontains=value) | Q(person__name__icontains=value)
        return queryset.filter(named) if value else queryset
