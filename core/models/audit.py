"""The trace of sign-ins, denials, exports and sensitive reads, as a chain that the database forges."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.choices import AuditKind
from core.scope import GrantedQuerySet


class AuditEvent(models.Model):
    """A sign-in, a denial, an export, a sensitive read. Append-only and chained by triggers (migration 0002).

    `id` (without gaps), `previous` and `digest` are set by the database whatever is sent: the SHA-256 of every row holds
    the row's contents and the digest of the row before it.
    """

    kind = models.CharField("种类", max_length=20, choices=AuditKind)
    at = models.DateTimeField("时间", auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="人员"
    )
    username = models.CharField("账号", max_length=150, blank=True)
    address = models.GenericIPAddressField("地址", null=True, blank=True)
    path = models.CharField("页面", max_length=500, blank=True)
    detail = models.JSONField("内容", default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField("上一条的校验值", max_length=64, default="", editable=False)
    digest = models.CharField("校验值", max_length=64, default="", editable=False)

    objects = GrantedQuerySet.as_manager()
    seen_with = ("audit.view",)  # the audit administrator alone

    class Meta:
        verbose_name = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index("at", "id", name="audit_at"),
            models.Index("kind", "at", "id", name="audit_kind_at"),
            models.Index("username", "at", "id", name="audit_username_at"),
            models.Index("address", "at", "id", name="audit_address_at"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.username} {self.at:%Y-%m-%d %H:%M}"


class AuditHead(models.Model):
    """Where the chain ends: one row, written by the chain's trigger alone, so that the last event cannot vanish unseen."""

    last = models.BigIntegerField("最后一条")
    digest = models.CharField("校验值", max_length=64)

    class Meta:
        verbose_name = "审计链末端"

    def __str__(self):
        return f"{self.last} {self.digest}"
