"""Where the bureau's working calendar differs from the published one."""

import pghistory
from django.conf import settings
from django.db import models

from core.choices import DayKind


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Holiday(models.Model):
    """One day on which the bureau corrects or precedes the published calendar; see `core.settings.workdays`."""

    date = models.DateField(
        "日期", unique=True, error_messages={"unique": "这一天已有更正，请先删除原来的更正"}
    )
    kind = models.CharField("安排", max_length=8, choices=DayKind)
    name = models.CharField("名称", max_length=40)
    legal_basis = models.CharField("依据", max_length=300)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="录入人",
        related_name="+",
    )
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    class Meta:
        verbose_name = "工作日更正"
        ordering = ["date"]

    def __str__(self):
        return f"{self.date} {self.get_kind_display()}（{self.name}）"
