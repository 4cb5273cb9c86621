"""Reads of accounts: who can take over, who is locked out, who holds which role."""

import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts import policy
from accounts.choices import Role
from accounts.models import User
from core.casework import todo
from core.models import Handover
from places.models import Community, District, Street


def colleagues(person: User):
    """Those in the same post, who can take over what the person has not finished."""
    same = {name: getattr(person, name) for name in ("role", "district_id", "street_id", "community_id")}
    return User.objects.filter(is_active=True, **same).exclude(pk=person.pk)


def locked(person: User) -> bool:
    """Whether too many wrong passwords lock the account now, from any address."""
    since = timezone.now() - datetime.timedelta(hours=settings.AXES_COOLOFF_TIME)
    tries = AccessAttempt.objects.filter(username=person.username, attempt_time__gte=since)
    return tries.filter(failures_since_start__gte=settings.AXES_FAILURE_LIMIT).exists()


def forget_attempts() -> None:
    """Wrong passwords that lock nobody any more: they hold account names and addresses, which the audit has."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - datetime.timedelta(days=1)).delete()


def handovers(person: User):
    """Handovers from or to a person, the newest first."""
    given, taken = Handover.objects.filter(person=person), Handover.objects.filter(successor=person)
    return (given | taken).select_related("person", "successor", "by")


def districts():
    return District.objects.order_by("code")


def streets():
    return Street.objects.order_by("district", "order", "code")


def communities():
    """Those that are open today, within their streets in official order."""
    return (
        Community.objects.open_on(timezone.localdate())
        .select_related("street")
        .order_by("street__order", "code")
    )


def roles() -> list[dict]:
    """Each role: its area, what it may do, who holds it."""
    holders: dict[str, list[User]] = {}
    for person in User.objects.filter(is_active=True).with_places().order_by("username"):
        holders.setdefault(person.role, []).append(person)
    level = {"district": "全区", "street": "一个街镇", "community": "一个居委", "none": "不接触业务数据"}
    return [
        {
            "role": role, "area": level[policy.level(role)], "grants": policy.grants_of(role),
            "holders": holders.get(role, []), "duty": role in policy.DUTIES,
        }
        for role in Role
    ]  # fmt: skip


def accounts_named(text: str, found: dict) -> list[int]:
    """Accounts of this name, account name, or former name: for the audit."""
    now = Q(username__icontains=text) | Q(name__icontains=text)
    once = User.pgh_event_model.objects.filter(name__icontains=text).values("pgh_obj_id")
    return list(User.objects.filter(now | Q(pk__in=once)).values_list("pk", flat=True))


def without_a_role(user, today) -> list[todo.Entry]:
    """A new account waits; nobody needs to ask why the page is empty."""
    if user.role:
        return []
    doing = "请等安全管理员确认授权；超过 3 个工作日没有结果的，请联系系统管理员"
    return [todo.Entry(title="您的账号还没有角色", action=doing, url="/accounts/profile/")]
