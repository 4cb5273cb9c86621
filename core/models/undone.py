"""What was taken back."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Undone(models.Model):
    """An act that was taken back. That it is unique keeps two people from taking the same act back at once."""

    act = models.UUIDField("被撤销的操作", unique=True, error_messages={"unique": "这项操作已经撤销过了"})
    by_act = models.UUIDField("撤销操作", null=True)
    username = models.CharField("撤销人", max_length=150)
    at = models.DateTimeField("撤销时间", auto_now_add=True)
    result = models.JSONField("结果", default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = "撤销记录"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.username}"
