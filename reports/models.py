"""Each night is a record that staff see: what ran, what it read and changed, how long it took, what failed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.choices import RunState, Step


class NightlyRun(models.Model):
    """The chain of one date. Run again, it repeats only what is not done or what would change something."""

    date = models.DateField("日期", unique=True)
    state = models.CharField("状态", max_length=8, choices=RunState, default=RunState.RUNNING)
    late = models.BooleanField("补采", default=False, help_text="当晚没有运行，事后按当时的名册补采")
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    runs = models.PositiveSmallIntegerField("运行次数", default=0)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="发起人",
        related_name="+",
    )

    counted = False  # whether its snapshot was made after the day was over, known while the chain runs

    class Meta:
        verbose_name = "夜间任务"
        ordering = ["-date"]
        constraints = [
            models.CheckConstraint(
                name="nightly_finished_when_closed",
                condition=Q(state=RunState.RUNNING) | Q(finished_at__isnull=False),
                violation_error_message="结束的夜间任务必须有结束时间",
            )
        ]

    def __str__(self):
        return f"{self.date} 夜间任务"

    @property
    def duration(self):
        return self.finished_at - self.started_at if self.finished_at else None


class NightlyStep(models.Model):
    run = models.ForeignKey(NightlyRun, models.CASCADE, related_name="steps", verbose_name="夜间任务")
    step = models.CharField("步骤", max_length=12, choices=Step)
    state = models.CharField("状态", max_length=8, choices=RunState, default=RunState.RUNNING)
    started_at = models.DateTimeField("开始")
    finished_at = models.DateTimeField("结束", null=True, blank=True)
    read = models.PositiveIntegerField("读取", default=0)
    changed = models.PositiveIntegerField("变更", default=0)
    failed = models.PositiveIntegerField("失败", default=0)
    message = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "夜间步骤"
        ordering = ["run", "started_at"]
        constraints = [
            models.UniqueConstraint(
                "run", "step", name="nightly_step_once", violation_error_message="这一步已有记录"
            )
        ]

    def __str__(self):
        return f"{self.run} {self.get_step_display()}"

    @property
    def duration(self):
        return self.finished_at - self.started_at if self.finished_at else None


class LeadershipWorkbook(models.Model):
    """The workbook of one night, as it was made: kept, so that a past figure can be shown again."""

    date = models.DateField("数据截至", unique=True)
    run = models.ForeignKey(NightlyRun, models.PROTECT, null=True, blank=True, verbose_name="夜间任务")
    file = models.FileField("文件", upload_to="leadership/%Y/%m/", max_length=300)
    rows = models.JSONField("各表行数", default=dict)
    digest = models.CharField("校验和", max_length=64)
    made_at = models.DateTimeField("生成时间", auto_now=True)

    class Meta:
        verbose_name = "领导报表"
        ordering = ["-date"]

    def __str__(self):
        return f"长宁区社会组织工作日报 {self.date}"
