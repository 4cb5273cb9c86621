"""What the register can be filtered by. The targets page links here with the same words."""

import datetime

import django_filters as filters
from django import forms
from django.utils import timezone

from orgs.choices import Dormancy, Grade, Status, Tier
from orgs.models import Organization
from orgs.queries import register, terms, todo

EXPIRING = [("expired", "已过期"), ("30", "30 天内到期"), ("90", "90 天内到期"), ("180", "180 天内到期")]


class OrganizationFilter(filters.FilterSet):
    q = filters.CharFilter(label="搜索", method="by_text")
    tier = filters.ChoiceFilter(label="层级", choices=Tier.choices, widget=forms.HiddenInput)
    street = filters.ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = filters.ChoiceFilter(label="居委", choices=[], empty_label="全部居委")
    status = filters.ChoiceFilter(label="状态", choices=Status.choices, empty_label="全部状态")
    category = filters.ChoiceFilter(
        label="类别", choices=lambda: list(terms.categories().items()), empty_label="全部类别"
    )
    field = filters.ChoiceFilter(
        label="服务领域",
        choices=lambda: list(terms.fields().items()),
        method="by_field",
        empty_label="全部领域",
    )
    grade = filters.ChoiceFilter(label="评估等级", choices=Grade.choices, empty_label="全部等级")
    dormancy = filters.ChoiceFilter(label="活跃情况", choices=Dormancy.choices, empty_label="全部")
    certificate = filters.ChoiceFilter(
        label="证书", choices=EXPIRING, method="by_certificate", empty_label="不限"
    )
    inactive = filters.DateFilter(
        label="最近活动早于",
        field_name="last_active_on",
        lookup_expr="lt",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    counted = filters.ChoiceFilter(
        label="计入达标", choices=[("1", "只看计入的")], method="by_counted", empty_label="不限"
    )

    placed = filters.ChoiceFilter(
        label="所属", choices=[("1", "有所属居委")], method="by_placed", empty_label="不限"
    )

    living = filters.ChoiceFilter(
        label="在册", choices=[("1", "未注销、撤销、停止")], method="by_living", empty_label="不限"
    )

    class Meta:
        model = Organization
        fields = ["q", "tier", "street", "community", "status", "category", "field", "grade", "dormancy"]

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        chosen = (data or {}).get("street", "")
        user = request.user
        streets = register.street_choices(user)
        street = int(chosen) if str(chosen).isdigit() else (streets[0][0] if len(streets) == 1 else None)
        self.form.fields["street"].choices = [("", "全部街镇"), *streets]
        communities = register.community_choices(user, street)
        asked = (data or {}).get("community", "")
        if asked and not any(str(pk) == asked for pk, _ in communities):
            communities += register.community_named(user, asked)
        self.form.fields["community"].choices = [("", "全部居委"), *communities]

    def by_text(self, queryset, name, value):
        return register.matching(queryset, value)

    def by_field(self, queryset, name, value):
        return queryset.filter(service_fields__contains=[value])

    def by_certificate(self, queryset, name, value):
        today = timezone.localdate()
        if value == "expired":
            return queryset.filter(certificate_expires_on__lt=today)
        last = today + datetime.timedelta(days=int(value))
        return queryset.filter(certificate_expires_on__range=(today, last))

    def by_living(self, queryset, name, value):
        return todo.living(queryset)

    def by_placed(self, queryset, name, value):
        return queryset.filter(community__isnull=False, community__closed_on__isnull=True)

    def by_counted(self, queryset, name, value):
        return register.counted(queryset)
