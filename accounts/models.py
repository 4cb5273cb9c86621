"""People, their one role, and the area that they answer for."""

from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from accounts import policy
from accounts.choices import Role
from core.scope import NOWHERE, Area
from places.models import Community, District, Street


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    username = models.CharField(
        "账号", max_length=150, unique=True, error_messages={"unique": "这个账号已有人使用，请换一个"}
    )
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=20, choices=Role)
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="区")
    street = models.ForeignKey(Street, models.PROTECT, null=True, blank=True, verbose_name="街镇")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, verbose_name="居委")
    department = models.CharField("部门", max_length=100, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    created_at = models.DateTimeField("开户时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = "人员"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(role=Role.STREET_OFFICER) | Q(street__isnull=False),
                name="street_officer_has_street",
                violation_error_message="街镇经办必须指定街镇",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.COMMITTEE_MEMBER) | Q(community__isnull=False),
                name="committee_member_has_community",
                violation_error_message="居委会人员必须指定居委",
            ),
        ]

    def __str__(self):
        return self.name or self.username

    def get_short_name(self):
        return self.name or self.username

    def may(self, grant: str) -> bool:
        """Whether the role holds a grant of `accounts.policy.GRANTS`."""
        return self.is_active and policy.may(self.role, grant)

    @property
    def watches_jobs(self) -> bool:
        return self.may("jobs.watch")

    @cached_property
    def area(self) -> Area:
        """The jurisdiction, read by `visible_to`. A district role without a district covers the whole installation."""
        level = policy.LEVEL[self.role]
        if level == "none":
            return NOWHERE
        place = getattr(self, level)
        if place is None:
            return Area("all", label="全市")
        label = f"{place.street.name}{place.name}" if level == "community" else place.name
        return Area(level, place.pk, label)

    @property
    def circle(self) -> Area | None:
        """The colleagues with whom a saved view can be shared: those of the same 街镇, or those of the 区 themselves."""
        level = policy.LEVEL[self.role]
        street = self.community.street if level == "community" and self.community else self.street
        if level in ("street", "community") and street:
            return Area("street", street.pk, street.name)
        return (
            Area("district", self.district_id, self.district.name) if self.area.kind == "district" else None
        )
