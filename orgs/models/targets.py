"""The target: what is demanded and what each community had, night by night."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F

from core.dated import DatedQuerySet, Span
from core.models.parameters import kept_as_published
from core.scope import ScopedQuerySet
from places.models import Community


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class TargetPolicy(models.Model):
    """What the bureau demands and what counts, from a date on. `counted` maps tier → list of statuses."""

    minimum = models.DecimalField("每社区平均不少于", max_digits=5, decimal_places=1)
    counted = models.JSONField("计入的层级与状态")
    counting_basis = models.TextField("口径")
    legal_basis = models.CharField("依据", max_length=300)
    effective_from = models.DateField("生效日期", unique=True)
    expires_on = models.DateField("依据有效期至", null=True, blank=True)
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
    span = Span(first="effective_from")

    class Meta:
        verbose_name = "达标口径"
        ordering = ["-effective_from"]
        triggers = kept_as_published()

    def __str__(self):
        return f"平均不少于 {self.minimum} 个（{self.effective_from} 起）"


class CommunityTarget(models.Model):
    """What one community had on one night, under the policy of that night. Never rewritten by later rules."""

    night = models.DateField("截至日期")
    community = models.ForeignKey(Community, models.PROTECT, verbose_name="居委", related_name="targets")
    policy = models.ForeignKey(TargetPolicy, models.PROTECT, verbose_name="口径", related_name="+")
    registered = models.PositiveIntegerField("注册社会组织")
    teams = models.PositiveIntegerField("群众活动团队")
    groups = models.PositiveIntegerField("社区活动小组")
    dormant = models.PositiveIntegerField("其中休眠", default=0)
    total = models.GeneratedField(
        expression=F("registered") + F("teams") + F("groups"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
        verbose_name="合计",
    )

    objects = ScopedQuerySet.as_manager()
    scope_path = {
        "district": "community__street__district",
        "street": "community__street",
        "community": "community",
    }

    class Meta:
        verbose_name = "居委达标快照"
        ordering = ["night", "community__street__order", "community__code"]
        constraints = [
            models.UniqueConstraint(
                "community", "night", name="target_once_a_night", violation_error_message="这一晚已有快照"
            )
        ]
        indexes = [models.Index("night", "community", name="target_night")]

    def __str__(self):
        return f"{self.night} {self.community}"

    @property
    def gap(self):
        """What is missing to the minimum of that night, 0 when it is met."""
        return max(0, self.policy.minimum - self.total)
