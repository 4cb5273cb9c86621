"""Spot checks: the district looks again at filings that the streets decided."""

import pghistory
from django.conf import settings
from django.db import models
from django.urls import reverse

from core.models import Case
from core.scope import ScopedQuerySet
from filings.choices import CheckState
from filings.models.filings import Filing


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Draw(models.Model):
    """One drawing of lots. The same seed over the same filings draws the same: anybody can draw again and compare."""

    first = models.DateField("从")
    last = models.DateField("到")
    share = models.DecimalField("抽查比例（%）", max_digits=5, decimal_places=2)
    seed = models.PositiveIntegerField("随机种子")
    candidates = models.PositiveIntegerField("备选件数")
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="抽取人", related_name="+"
    )
    drawn_at = models.DateTimeField("抽取时间", auto_now_add=True)

    class Meta:
        verbose_name = "抽查批次"
        ordering = ["-id"]

    def __str__(self):
        return f"{self.first} 至 {self.last}（种子 {self.seed}）"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SpotCheck(Case):
    """The check of one filing. Whoever entered, sent or decided the filing is in `hands` and does not check it."""

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="备案", related_name="checks")
    draw = models.ForeignKey(Draw, models.PROTECT, verbose_name="批次", related_name="checks")
    state = models.CharField("办理状态", max_length=12, choices=CheckState, default=CheckState.OPEN)

    objects = ScopedQuerySet.as_manager()
    scope_path = {
        "district": "filing__street__district",
        "street": "filing__street",
    }

    class Meta(Case.Meta):
        verbose_name = "备案抽查"
        ordering = ["-id"]
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                "filing",
                name="spot_check_once",
                violation_error_message="这件备案已经抽查过",
            ),
        ]

    def __str__(self):
        return self.filing.name

    def get_absolute_url(self):
        return reverse("filings:check", args=[self.pk])
