"""Numbers that the policy or the bureau sets, each from a date on."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models

from core.dated import DatedQuerySet, Span

# Shanghai's date decides, whatever the zone of the connection.
IN_FORCE = "OLD.effective_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date"


def kept_as_published() -> list[pgtrigger.Trigger]:
    """A dated row is never edited; it may be taken back only until its day. Fresh objects for each model."""
    return [
        pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update),
        pgtrigger.Protect(
            name="kept_once_in_force", operation=pgtrigger.Delete, condition=pgtrigger.Condition(IN_FORCE)
        ),
    ]


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class Parameter(models.Model):
    """One value of a number that the policy or the bureau sets, from a date on. Named in an app's `policy.PARAMETERS`."""

    key = models.CharField("参数", max_length=80)
    value = models.DecimalField("值", max_digits=12, decimal_places=2)
    effective_from = models.DateField("生效日期")
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
    span = Span(first="effective_from")

    class Meta:
        verbose_name = "参数"
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                "key",
                "effective_from",
                name="parameter_one_a_day",
                violation_error_message="同一生效日期只能有一个值",
            )
        ]
        triggers = kept_as_published()

    def __str__(self):
        return f"{self.key} = {self.value}（{self.effective_from} 起）"
