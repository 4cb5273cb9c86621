"""What a person is told: in the application at once, by mail once a day."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One message to one person."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=300, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "通知"
        ordering = ["-id"]
        indexes = [models.Index("user", "read_at", "id", name="notice_user")]

    def __str__(self):
        return self.title


class Digest(models.Model):
    """The mail of one day to one person: its row is the proof that it was sent, so that it is sent once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField("日期")
    rows = models.PositiveIntegerField("待办数")
    sent_at = models.DateTimeField("发送时间", null=True)

    class Meta:
        verbose_name = "每日提醒"
        constraints = [
            models.UniqueConstraint(
                "user", "day", name="digest_once_a_day", violation_error_message="今天已发过提醒"
            ),
            models.CheckConstraint(
                name="digest_sent_or_pending",
                condition=Q(rows__gte=1),
                violation_error_message="没有待办时不发提醒",
            ),
        ]

    def __str__(self):
        return f"{self.day} {self.user}"
