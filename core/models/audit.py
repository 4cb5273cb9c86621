"""The trace of sign-ins, denials, exports and sensitive reads."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.choices import AuditKind


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
