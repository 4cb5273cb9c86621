"""Major events: reported before they take place, acknowledged by the level that must know, their result told afterwards."""

import datetime

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone

from core.models import Case
from core.scope import ScopedQuerySet, through
from filings.choices import EventKind, EventState, Incidents
from filings.policy.events import account_gap, level
from orgs.models import Activity, Organization

AGE = (
    datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC),
    datetime.datetime(2199, 12, 31, tzinfo=datetime.UTC),
)
NOT_NEGATIVE = [MinValueValidator(0, "不能小于 0")]


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MajorEvent(Case):
    """One report. attendance_from, budget_from: from which size on the street must know, as it was when the report was begun.

    reported_on: when it was sent for the first time; report_by: by when it had to be; late: whether that was too late.
    activity: the record in the register that the result left.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="组织", related_name="major_events"
    )
    state = models.CharField("办理状态", max_length=12, choices=EventState, default=EventState.DRAFT)
    kind = models.CharField("事项类型", max_length=12, choices=EventKind)
    name = models.CharField("名称", max_length=200)
    content = models.TextField("内容", max_length=1000, blank=True)
    way = models.CharField("方式", max_length=100, blank=True, help_text="例如：现场、线上、线上线下结合")
    starts_at = models.DateTimeField("开始时间")
    ends_on = models.DateField("结束日期")
    place = models.CharField("地点", max_length=200, blank=True)
    expected_attendance = models.PositiveIntegerField("预计参加人数", null=True, blank=True)
    budget = models.DecimalField(
        "经费预算（元）", max_digits=12, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    foreign = models.BooleanField("涉外、涉港澳台", default=False)
    foreign_note = models.CharField("涉外情况", max_length=300, blank=True)
    supervisor_opinion = models.CharField("业务主管单位意见", max_length=300, blank=True)
    safety_officer = models.CharField("安全负责人", max_length=60, blank=True)
    safety_phone = models.CharField("安全负责人电话", max_length=30, blank=True)
    safety_plan = models.TextField("安全预案", max_length=1000, blank=True)

    attendance_from = models.PositiveIntegerField("报街镇的人数标准", editable=False)
    budget_from = models.DecimalField(
        "报街镇的经费标准（元）", max_digits=12, decimal_places=2, editable=False
    )
    level = models.CharField(
        "知悉的一级", max_length=12, choices=EventState, default=EventState.COMMITTEE, editable=False
    )
    reported_on = models.DateField("首次报告日期", null=True, editable=False)
    report_by = models.DateField("最迟报告日期", null=True, editable=False)
    late = models.BooleanField("迟报", default=False, editable=False)

    actual_attendance = models.PositiveIntegerField("实际参加人数", null=True, blank=True)
    actual_cost = models.DecimalField(
        "实际支出（元）", max_digits=12, decimal_places=2, null=True, blank=True, validators=NOT_NEGATIVE
    )
    incidents = models.CharField("有无安全事故", max_length=4, choices=Incidents, blank=True)
    outcome = models.TextField(
        "成效", max_length=1000, blank=True, help_text="办理结果、成效；有安全事故的写明经过和处置情况"
    )
    activity = models.ForeignKey(
        Activity,
        models.SET_NULL,
        null=True,
        editable=False,
        verbose_name="活动记录",
        related_name="major_events",
    )

    objects = ScopedQuerySet.as_manager()
    scope_path = through("organization", Organization)
    personal = frozenset({"safety_phone"})

    class Meta(Case.Meta):
        verbose_name = "重大活动报告"
        ordering = ["-id"]
        indexes = [
            models.Index("state", "due_on", "id", name="event_due"),
            models.Index("starts_at", "id", name="event_starts"),
        ]
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                "organization",
                "name",
                "starts_at",
                name="event_once",
                condition=~Q(state=EventState.CALLED_OFF),
                violation_error_message="这个组织同一时间的同名活动已经报告过",
            ),
            models.CheckConstraint(
                name="event_days_of_this_age",
                condition=Q(starts_at__range=AGE, ends_on__range=(AGE[0].date(), AGE[1].date())),
                violation_error_message="请核对年份",
            ),
            models.CheckConstraint(
                name="event_dates_in_order",
                condition=Q(ends_on__gte=TruncDate("starts_at")),
                violation_error_message="结束日期不能早于开始时间",
            ),
            models.CheckConstraint(
                name="event_reported_pair",
                condition=Q(reported_on__isnull=True, report_by__isnull=True, late=False)
                | Q(
                    reported_on__isnull=False,
                    report_by__isnull=False,
                    reported_on__lte=F("report_by"),
                    late=False,
                )
                | Q(
                    reported_on__isnull=False,
                    report_by__isnull=False,
                    reported_on__gt=F("report_by"),
                    late=True,
                ),
                violation_error_message="迟报与报告日期不符",
            ),
            models.CheckConstraint(
                name="event_result_told",
                condition=~Q(state=EventState.REPORTED) | ~Q(outcome=""),
                violation_error_message="报告结果时必须写明成效",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("filings:event", args=[self.pk])

    def clean(self):
        """Which level must know follows from what is reported; it is stored, because to-do lists ask for it."""
        if self.kind and self.starts_at:
            self.level = level(self)[0]
        if words := account_gap(self.incidents, self.outcome):
            raise ValidationError({"outcome": words})

    @property
    def starts_on(self):
        return timezone.localtime(self.starts_at).date()
