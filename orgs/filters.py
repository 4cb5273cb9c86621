"""What the register can be filtered by. The targets page links here with the same words."""

import datetime

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone

from core.dated import open_on
from core.lists.filters import ChoiceFilter, ListFilter, day_filter
from core.numbers import whole
from core.settings import workdays
from orgs import search
from orgs.choices import Dormancy, Grade, PairState, Reason, RequestState, Status, Tier
from orgs.models import Activity, DuplicatePair, Organization, StatusChange
from orgs.queries import imports, register, terms, todo
from places.models import Community

EXPIRING = [("expired", "已过期"), ("30", "30 天内到期"), ("90", "90 天内到期"), ("180", "180 天内到期")]


class PlacedFilter(ListFilter):
    """A list that is cut by place; where there are several districts, the district is asked for first."""

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        user, asked = request.user, data or {}
        district, street = self.number(asked.get("district")), self.number(asked.get("street"))
        districts = register.district_choices(user)
        if len(districts) > 1:
            self.form.fields["district"].choices = districts
            if district is None and street is not None:
                district = register.district_of(street)
            streets = register.street_choices(user, district) if district else []
        else:
            del self.form.fields["district"]
            streets = register.street_choices(user)
        if street is None and len(streets) == 1:
            street = streets[0][0]
        self.offer("street", streets)
        self.offer("community", register.community_choices(user, street, str(asked.get("community", ""))))
        if asked.get("imported") and "imported" in self.form.fields:
            self.offer_import(asked)

    def offer_import(self, asked) -> None:
        """A list of what one import wrote, for whoever sent the ledger; another's means nothing here."""
        job = imports.mine(self.request.user).filter(pk=self.number(asked.get("imported"))).first()
        self.form.fields["imported"].choices = [(str(job.pk), job.file_name)] if job else []

    def by_import(self, queryset, name, value):
        job = imports.mine(self.request.user).get(pk=value)
        return queryset.filter(pk__in=imports.written_by(job, queryset.model))

    @staticmethod
    def number(value) -> int | None:
        return whole(value)


class OrganizationFilter(PlacedFilter):
    applied_last = ("q",)

    q = filters.CharFilter(label="搜索", method="by_text")
    tier = ChoiceFilter(label="层级", choices=Tier.choices, widget=forms.HiddenInput)
    district = ChoiceFilter(label="区", field_name="street__district", choices=[], empty_label="全部区")
    street = ChoiceFilter(label="街镇", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(label="居委", choices=[], empty_label="全部居委")
    status = ChoiceFilter(label="状态", choices=Status.choices, empty_label="全部状态")
    category = ChoiceFilter(
        label="类别", choices=lambda: list(terms.categories().items()), empty_label="全部类别"
    )
    field = ChoiceFilter(
        label="服务领域",
        choices=lambda: list(terms.fields().items()),
        method="by_field",
        empty_label="全部领域",
    )
    grade = ChoiceFilter(label="评估等级", choices=Grade.choices, empty_label="全部等级")
    dormancy = ChoiceFilter(label="活跃情况", choices=Dormancy.choices, empty_label="全部")
    certificate = ChoiceFilter(label="证书", choices=EXPIRING, method="by_certificate", empty_label="不限")
    inactive = day_filter("最近活动早于", "last_active_on", "lt")
    counted = ChoiceFilter(
        label="计入达标", choices=[("1", "只看计入的")], method="by_counted", empty_label="不限"
    )

    imported = ChoiceFilter(label="导入", choices=[], method="by_import", widget=forms.HiddenInput)
    placed = ChoiceFilter(
        label="所属",
        choices=[("1", "有所属居委"), ("0", "服务整个街镇")],
        method="by_placed",
        empty_label="不限",
    )

    living = ChoiceFilter(
        label="在册", choices=[("1", "未注销、撤销、停止")], method="by_living", empty_label="不限"
    )

    class Meta:
        model = Organization
        fields = ["q", "tier", "street", "community", "status", "category", "field", "grade", "dormancy"]

    def by_text(self, queryset, name, value):
        found, self.amount = register.matching(queryset, value)
        return found

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
        if value == "0":
            return queryset.filter(community__isnull=True)
        return queryset.filter(
            open_on(Community, timezone.localdate(), "community__"), community__isnull=False
        )

    def by_counted(self, queryset, name, value):
        return register.counted(queryset)


class ActivityFilter(PlacedFilter):
    q = filters.CharFilter(label="活动或组织", method="by_text")
    district = ChoiceFilter(
        label="区", field_name="organization__street__district", choices=[], empty_label="全部区"
    )
    street = ChoiceFilter(label="街镇", field_name="organization__street", choices=[], empty_label="全部街镇")
    community = ChoiceFilter(
        label="居委", field_name="organization__community", choices=[], empty_label="全部居委"
    )
    since = day_filter("日期从", "held_on", "gte")
    until = day_filter("到", "held_on", "lte")
    tier = ChoiceFilter(
        label="层级", field_name="organization__tier", choices=Tier.choices, empty_label="全部层级"
    )
    field = ChoiceFilter(
        label="活动领域", choices=lambda: list(terms.fields().items()), empty_label="全部领域"
    )
    major = ChoiceFilter(
        label="重大活动", choices=[("1", "只看重大活动")], method="by_major", empty_label="不限"
    )
    imported = ChoiceFilter(label="导入", choices=[], method="by_import", widget=forms.HiddenInput)

    class Meta:
        model = Activity
        fields = ["q", "district", "street", "community", "since", "until", "tier", "field", "major"]

    def by_text(self, queryset, name, value):
        found, _ = register.matching(Organization.objects.visible_to(self.request.user), value)
        return queryset.filter(Q(name__icontains=value) | Q(organization__in=found.values("pk")))

    def by_major(self, queryset, name, value):
        return queryset.filter(is_major=True)


class StatusChangeFilter(ListFilter):
    q = filters.CharFilter(label="组织名称", method="by_name")
    state = ChoiceFilter(label="办理状态", choices=RequestState.choices, widget=forms.HiddenInput)
    street = ChoiceFilter(label="街镇", field_name="organization__street", choices=[], empty_label="全部街镇")
    status = ChoiceFilter(label="拟变更为", choices=Status.choices, empty_label="全部状态")
    overdue = ChoiceFilter(label="期限", choices=[("1", "已超期")], method="by_overdue", empty_label="不限")

    class Meta:
        model = StatusChange
        fields = ["q", "state", "street", "status", "overdue"]

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        self.form.fields["street"].choices = register.street_choices(request.user)

    def by_name(self, queryset, name, value):
        found, _ = register.matching(Organization.objects.visible_to(self.request.user), value)
        return queryset.filter(organization__in=found.values("pk"))

    def by_overdue(self, queryset, name, value):
        return queryset.filter(workdays.late(timezone.localdate()), decided_at__isnull=True)


class PairFilter(ListFilter):
    """Pairs that may be one organisation."""

    q = filters.CharFilter(label="搜索", method="by_text")
    state = ChoiceFilter(label="状态", choices=PairState.choices, widget=forms.HiddenInput)
    street = ChoiceFilter(label="街镇", field_name="a__street", choices=[], empty_label="全部街镇")
    reason = ChoiceFilter(label="相似之处", choices=Reason.choices, method="by_reason", empty_label="全部")

    class Meta:
        model = DuplicatePair
        fields = ["q", "state", "street", "reason"]

    def __init__(self, data=None, *args, request=None, **kwargs):
        super().__init__(data, *args, request=request, **kwargs)
        self.form.fields["street"].choices = register.street_choices(request.user)

    def by_text(self, queryset, name, value):
        needle = search.normalise(value)
        return queryset.filter(Q(a__search_text__contains=needle) | Q(b__search_text__contains=needle))

    def by_reason(self, queryset, name, value):
        return queryset.filter(reasons__contains=[value])
