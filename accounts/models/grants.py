"""A change of what a person may do: proposed by one administrator, confirmed by another."""

import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts import policy
from accounts.choices import GrantState, Role
from accounts.models.people import User
from core.casework import handover
from core.models import Case
from core.scope import GrantedQuerySet
from places.models import Community, District, Street

PLACES = ("district", "street", "community")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RoleChange(Case):
    """The role and area that a person is to have; an empty role takes away what there is.

    now: role and area at the time of the proposal, which must still hold when it is confirmed.
    """

    person = models.ForeignKey(User, models.PROTECT, verbose_name="人员", related_name="role_changes")
    state = models.CharField("办理状态", max_length=10, choices=GrantState, default=GrantState.DRAFT)
    role = models.CharField("角色", max_length=20, choices=Role, blank=True)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, verbose_name="区", related_name="+"
    )
    street = models.ForeignKey(
        Street, models.PROTECT, null=True, blank=True, verbose_name="街镇", related_name="+"
    )
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, verbose_name="居委", related_name="+"
    )
    department = models.CharField("部门", max_length=100, blank=True)
    successor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, verbose_name="接手人", related_name="+"
    )
    reason = models.CharField("原因", max_length=200)
    now = models.JSONField("提出时的角色和范围", default=dict, editable=False)

    named_by = "person__name"  # whose name it goes by
    objects = GrantedQuerySet.as_manager()
    seen_with = ("accounts.view",)

    class Meta(Case.Meta):
        verbose_name = "角色权限变更"
        ordering = ["-id"]
        constraints = [
            *Case.Meta.constraints,
            models.UniqueConstraint(
                "person",
                name="role_change_one_open",
                condition=Q(state__in=[GrantState.DRAFT, GrantState.PENDING]),
                violation_error_message="这个账号已有一件没办完的角色权限变更",
            ),
        ]

    def __str__(self):
        return self.person.audit_name

    def get_absolute_url(self):
        return reverse("accounts:grant", args=[self.pk])

    def wanted(self) -> User:
        """The person as they will be, unsaved."""
        person = User.objects.get(pk=self.person_id)
        return assign(person, self)

    def clean(self):
        """The area that the role needs and no other; nobody's second duty; nothing left without a successor."""
        super().clean()
        self.now = self.now or post_of(self.person)
        for name in PLACES:
            if name != policy.level(self.role):
                setattr(self, name, None)
        if self.state not in (GrantState.DRAFT, GrantState.PENDING):
            return
        if missing := policy.area_missing(self):
            raise ValidationError({missing: "这个角色必须指定管辖范围，请选择"})
        self.wanted().validate_constraints()
        if self.role != self.person.role and (alone := last_of_duty(self.person)):
            raise ValidationError(alone)
        if self.moves and self.successor is None and (left := handover.needed(handover.open_of(self.person))):
            raise ValidationError({
                "successor": f"“{self.person}”还有 {len(left)} 件没有办完的事项，请选接手人。没有人选的，先为接手人开户。"
            })  # fmt: skip
        if self.successor and (words := handover.refusal(self.person, self.successor)):
            raise ValidationError({"successor": words})

    @property
    def moves(self) -> bool:
        """Whether the person leaves a post."""
        return bool(self.now.get("role")) and self.now != post_of(self)


def post_of(record) -> dict:
    """Role and area of a person, or those of a proposal, to compare."""
    return {"role": record.role, **{name: getattr(record, f"{name}_id") for name in PLACES}}


def assign(person: User, case: RoleChange) -> User:
    for name in ("role", *PLACES, "department"):
        setattr(person, name, getattr(case, name))
    return person


def last_of_duty(person: User) -> str:
    """A sentence when nobody else could do this administrator's duty; empty otherwise."""
    if person.role not in policy.DUTIES:
        return ""
    others = User.objects.filter(is_active=True, role=person.role).exclude(pk=person.pk)
    if others.exists():
        return ""
    return f"“{person}”是最后一名在用的{person.get_role_display()}，请先为另一人开户并授予这个角色。"
