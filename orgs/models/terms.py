"""The dated dictionaries of the register."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.dated import DatedQuerySet, Span
from orgs.choices import TermKind


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Term(models.Model):
    """An entry of a dated dictionary: the four categories, the five service fields."""

    kind = models.CharField("字典", max_length=10, choices=TermKind)
    code = models.CharField("代码", max_length=20)
    label = models.CharField("名称", max_length=40)
    order = models.PositiveSmallIntegerField("次序", default=0)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("最后使用日", null=True, blank=True)
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

    objects = DatedQuerySet.as_manager()
    span = Span(first="valid_from", last="valid_to")

    class Meta:
        verbose_name = "字典项"
        ordering = ["kind", "order"]
        constraints = [
            models.UniqueConstraint(
                "kind", "code", name="term_code_once", violation_error_message="字典中已有这个代码"
            ),
            models.CheckConstraint(
                name="term_dates_in_order",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="最后使用日不能早于启用日期",
            ),
        ]

    def __str__(self):
        return self.label
