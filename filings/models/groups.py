"""The yearly word of a committee about its activity groups."""

import pghistory
from django.conf import settings
from django.db import models

from core.scope import ScopedQuerySet, through
from orgs.models import Organization


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class YearlyConfirmation(models.Model):
    """A group that still meets, as its committee confirmed it in a year, with the members that it had then."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="小组", related_name="confirmations"
    )
    year = models.PositiveSmallIntegerField("年度")
    member_count = models.PositiveIntegerField("当时人数", null=True, blank=True)
    note = models.CharField("情况", max_length=200, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="确认人", related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", auto_now_add=True)

    objects = ScopedQuerySet.as_manager()
    scope_path = through("organization", Organization)

    class Meta:
        verbose_name = "小组年度确认"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "organization",
                "year",
                name="confirmation_once_a_year",
                violation_error_message="这个小组今年已经确认过",
            )
        ]

    def __str__(self):
        return f"{self.organization}（{self.year}）"
