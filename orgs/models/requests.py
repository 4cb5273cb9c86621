"""Requests about the register that go from hand to hand."""

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse

from core.models import Case
from core.scope import ScopedQuerySet, through
from orgs.choices import RequestState, Status
from orgs.models.register import Organization


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class StatusChange(Case):
    """A committee asks its street to change the status of a team or a group; approved, the register follows."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name="组织", related_name="status_changes"
    )
    state = models.CharField("办理状态", max_length=10, choices=RequestState, default=RequestState.DRAFT)
    status_before = models.CharField("现状态", max_length=12, choices=Status, editable=False)
    status = models.CharField("拟变更为", max_length=12, choices=Status)
    effective_on = models.DateField("变更日期")
    reason = models.TextField("原因", max_length=500)
    property_note = models.CharField("财物和账目处理", max_length=300, blank=True)

    named_by = "organization__name"  # whose name it goes by
    objects = ScopedQuerySet.as_manager()
    scope_path = through("organization", Organization)

    class Meta(Case.Meta):
        verbose_name = "状态变更申请"
        ordering = ["-id"]
        indexes = [models.Index("state", "due_on", "id", name="status_change_due")]
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                "organization",
                name="status_change_one_open",
                condition=Q(state__in=["draft", "pending", "returned"]),
                violation_error_message="这个组织已有一件没办完的状态变更申请",
            ),
        ]

    def __str__(self):
        return self.organization.name

    def get_absolute_url(self):
        return reverse("orgs:status_change", args=[self.pk])
