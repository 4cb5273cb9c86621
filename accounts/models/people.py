"""People, their one role, and the area that they answer for."""

from functools import cached_property

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts import policy
from accounts.choices import Role
from core.scope import NOWHERE, Area, GrantedQuerySet
from places.models import Community, District, Street


class UserQuerySet(GrantedQuerySet):
    def holding(self, grant: str):
        """Those in use whose role has a grant."""
        return self.filter(is_active=True, role__in=policy.GRANTS[grant])

    def with_places(self):
        return self.select_related("district", "street", "community__street")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["password", "last_login"],
)
class User(AbstractBaseUser):
    """role: one, or none while it waits for a security administrator; sessions_ended_at: sign-ins before it count no more."""

    username = models.CharField(
        "账号", max_length=150, unique=True, error_messages={"unique": "这个账号已有人使用，请换一个"}
    )
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=20, choices=Role, blank=True, default="")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, verbose_name="区")
    street = models.ForeignKey(Street, models.PROTECT, null=True, blank=True, verbose_name="街镇")
    community = models.ForeignKey(Community, models.PROTECT, null=True, blank=True, verbose_name="居委")
    department = models.CharField("部门", max_length=100, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("首次登录须改密码", default=True)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    sessions_ended_at = models.DateTimeField("登录结束时间", null=True, blank=True)
    created_at = models.DateTimeField("开户时间", auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    seen_with = ("accounts.view",)
    personal = frozenset({"phone", "email"})  # masked wherever others read it, also in the history

    class Meta:
        verbose_name = "人员"
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                "name",
                condition=Q(is_active=True, role__in=policy.DUTIES) & ~Q(name=""),
                name="one_duty_a_person",
                violation_error_message=(
                    "同名的人已担任系统、安全或审计管理员：三员分立，一人一职。确是两个人的，请在姓名后注明部门，以示区别"
                ),
            ),
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

    def get_absolute_url(self):
        return reverse("accounts:user", args=[self.pk])

    @property
    def audit_name(self) -> str:
        """As the audit names the account."""
        return f"{self.name}（{self.username}）" if self.name else self.username

    @property
    def role_words(self) -> str:
        return self.get_role_display() or "待授权"

    def _get_session_auth_hash(self, secret=None):
        """What a session is bound to: another password ends it, and so does `sessions_ended_at`."""
        ended = self.sessions_ended_at.timestamp() if self.sessions_ended_at else ""
        return salted_hmac(
            "accounts.session", f"{self.password}{ended}", secret, algorithm="sha256"
        ).hexdigest()

    def may(self, grant: str) -> bool:
        """Whether the role holds a grant of `accounts.policy.GRANTS`."""
        return self.is_active and policy.may(self.role, grant)

    @property
    def watches_jobs(self) -> bool:
        return self.may("jobs.watch")

    @cached_property
    def area(self) -> Area:
        """The jurisdiction, read by `visible_to`. A district role without a district covers the whole installation."""
        level = policy.level(self.role)
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
        level = policy.level(self.role)
        street = self.community.street if level == "community" and self.community else self.street
        if level in ("street", "community") and street:
            return Area("street", street.pk, street.name)
        return (
            Area("district", self.district_id, self.district.name) if self.area.kind == "district" else None
        )
