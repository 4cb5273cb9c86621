"""Two records that may be one organisation, and what became of one that was merged."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.scope import ScopedQuerySet
from orgs.choices import PairState, Reason
from orgs.models.register import Organization


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DuplicatePair(models.Model):
    """Two records that look like one organisation. Once somebody said that they are not, they are never proposed again.

    A pair that is merged goes with the record that goes; `MergedOrganization` and the history keep what happened. No constraint
    ties it to the records: a proposal must not keep an import from being taken back; the night sweeps what is left over.
    """

    a = models.ForeignKey(
        Organization, models.CASCADE, verbose_name="组织一", related_name="+", db_constraint=False
    )
    b = models.ForeignKey(
        Organization, models.CASCADE, verbose_name="组织二", related_name="+", db_constraint=False
    )
    score = models.PositiveSmallIntegerField("相似程度", default=0)
    reasons = ArrayField(
        models.CharField(max_length=10, choices=Reason), verbose_name="相似之处", default=list
    )
    state = models.CharField("状态", max_length=14, choices=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField("发现时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="核对人",
        related_name="+",
    )
    decided_at = models.DateTimeField("核对时间", null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {
        "district": ("a__street__district", "b__street__district"),
        "street": ("a__street", "b__street"),
        "community": ("a__community", "b__community"),
    }

    class Meta:
        verbose_name = "疑似重复"
        ordering = ["-score", "id"]
        indexes = [models.Index("state", "score", "id", name="pair_state_score")]
        constraints = [
            models.UniqueConstraint(
                "a", "b", name="pair_once", violation_error_message="这两个组织已经列为疑似重复"
            ),
            models.CheckConstraint(
                name="pair_in_order",
                condition=Q(a__lt=F("b")),
                violation_error_message="疑似重复的两个组织须不同，编号小的在前",
            ),
            models.CheckConstraint(
                name="pair_decided_has_when",
                condition=Q(state=PairState.OPEN) | Q(decided_at__isnull=False),
                violation_error_message="已核对的必须有核对时间",
            ),
        ]

    def __str__(self):
        return f"疑似重复：第 {self.a_id} 号与第 {self.b_id} 号"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MergedOrganization(models.Model):
    """A record that went into another: its old address leads there, and its history is shown there."""

    old = models.BigIntegerField("原编号", unique=True)
    name = models.CharField("原名称", max_length=200)
    kept = models.ForeignKey(Organization, models.CASCADE, verbose_name="并入的组织", related_name="merged")
    merged_at = models.DateTimeField("合并时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = {
        "district": "kept__street__district",
        "street": "kept__street",
        "community": "kept__community",
    }

    class Meta:
        verbose_name = "合并去向"
        ordering = ["id"]

    def __str__(self):
        return self.name
