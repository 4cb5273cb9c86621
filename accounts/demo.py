"""What the three administrators find in the demo: an account that waits for its role, one that has it, a wrong password."""

import datetime

from accounts.actions import people
from accounts.actions.grants import FLOW
from accounts.choices import Role
from accounts.models import RoleChange, User
from core import audit
from core.choices import AuditKind
from places.models import Street

NEW = [("wangfang", "王芳", "新进人员，分管社区社会组织"), ("zhaomin", "赵敏", "接替退休人员")]


def plant(today: datetime.date) -> tuple[str, int]:
    """Changes of roles by the accounts of the demo; none where those are missing or were at work already."""
    admins = {u.username: u for u in User.objects.filter(username__in=["sysadmin", "secadmin"])}
    street = Street.objects.filter(name="华阳路街道", district__code="310105").first()
    if len(admins) < 2 or street is None or RoleChange.objects.exists():
        return "角色权限变更", 0
    for username, name, reason in NEW:
        people.open_account(
            username=username, name=name, department="社会组织服务中心", phone="", email="", role=Role.STREET_OFFICER,
            street=street, reason=reason, by=admins["sysadmin"],
        )  # fmt: skip
    FLOW.take(RoleChange.objects.get(person__username="zhaomin"), "confirm", by=admins["secadmin"])
    audit.record(AuditKind.SIGN_IN_FAILED, username="zhaomin")
    return "角色权限变更", RoleChange.objects.count()
