"""How work that outlives a request, a dated number, and a trace of reading are kept. Knows no app."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.choices import JOB_OPEN, AuditKind, JobState


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A job is seen by the person who started it; the system administrator watches all of them."""
        return self.all() if user.watches_jobs else self.filter(owner=user)


class Job(models.Model):
    """A piece of background work. Progress and outcome live here, never only in the broker."""

    kind = models.CharField("种类", max_length=40)
    title = models.CharField("名称", max_length=200)
    state = models.CharField("状态", max_length=12, choices=JobState, default=JobState.QUEUED)
    step = models.CharField("当前步骤", max_length=100, blank=True)
    done = models.PositiveBigIntegerField("已处理", default=0)
    total = models.PositiveBigIntegerField("总数", default=0)
    message = models.TextField("说明", blank=True)
    params = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    result = models.JSONField("结果", default=dict, encoder=DjangoJSONEncoder)
    file = models.FileField("文件", upload_to="jobs/%Y/%m/", blank=True, max_length=300)
    file_name = models.CharField("下载文件名", max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="发起人",
        related_name="jobs",
    )
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("发起时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        ordering = ["-id"]
        indexes = [models.Index("state", F("heartbeat_at"), name="job_state_heartbeat")]
        constraints = [
            models.CheckConstraint(
                name="job_finished_when_closed",
                condition=Q(state__in=[*JOB_OPEN, JobState.WAITING]) | Q(finished_at__isnull=False),
                violation_error_message="已结束的任务必须有结束时间",
            )
        ]

    def __str__(self):
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in JOB_OPEN

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class Parameter(models.Model):
    """One value of a number that the policy or the bureau sets, from a date on. Named in an app's `policy.PARAMETERS`."""

    key = models.CharField("参数", max_length=80)
    value = models.DecimalField("值", max_digits=12, decimal_places=2)
    effective_from = models.DateField("生效日期")
    legal_basis = models.CharField("依据", max_length=300)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "参数"
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                "key",
                "effective_from",
                name="parameter_one_a_day",
                violation_error_message="同一生效日期只能有一个值",
            )
        ]

    def __str__(self):
        return f"{self.key} = {self.value}（{self.effective_from} 起）"


class AuditEvent(models.Model):
    """A sign-in, a denial, an export, a sensitive read. Append-only: a trigger refuses UPDATE and DELETE."""

    kind = models.CharField("种类", max_length=20, choices=AuditKind)
    at = models.DateTimeField("时间", auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="人员"
    )
    username = models.CharField("账号", max_length=150, blank=True)
    address = models.GenericIPAddressField("地址", null=True, blank=True)
    path = models.CharField("页面", max_length=500, blank=True)
    detail = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "审计记录"
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.get_kind_display()} {self.username} {self.at:%Y-%m-%d %H:%M}"
