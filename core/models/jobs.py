"""Work that outlives a request."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from core.choices import JOB_OPEN, JobState


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

    def title_for(self, user) -> str:
        """Whose it is not sees what kind of job it is, not the name of somebody's file."""
        return self.title if self.owner_id == user.pk else self.title.partition("：")[0]

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0
