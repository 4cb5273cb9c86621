"""Columns of the lists of accounts and of changes of roles."""

from dataclasses import dataclass

from accounts import policy
from accounts.choices import GrantState, Role
from core.tables import Column

ROLES = {"": "待授权", **dict(Role.choices)}


@dataclass(frozen=True, eq=False)
class StateColumn(Column):
    """在用 or 停用, from a yes or no."""

    def plain(self):
        return lambda value: "在用" if value else "停用"


PEOPLE = [
    Column("username", "账号", "username", sort="username", width=14, link=True),
    Column("name", "姓名", "name", kind="short", width=12),
    Column("role", "角色", "role", choices=ROLES, width=14),
    Column("district", "区", "district__name", width=10, default=False),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("department", "部门", "department", width=18),
    StateColumn("state", "状态", "is_active", states={True: "ok", False: "off"}, width=8),
    Column("last_login", "最近登录", "last_login", kind="datetime", sort="last_login", width=18),
    Column("created", "开户时间", "created_at", kind="datetime", sort="created_at", width=18),
    Column("password", "改密时间", "password_changed_at", kind="datetime", width=18, default=False),
    Column("street_of", "居委所属街镇", "community__street__name", kind="short", width=14, default=False),
]
GRANTS = [
    Column("person", "人员", "person__name", kind="short", width=14, link=True),
    Column("username", "账号", "person__username", width=14),
    Column("state", "办理状态", "state", choices=GrantState.choices, states=policy.GRANT.tones, width=10),
    Column("role", "拟授予角色", "role", choices={"": "没有角色", **dict(Role.choices)}, width=14),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("due", "确认期限", "due_on", kind="due", sort="due_on", width=12),
    Column("entered", "提出人", "entered_by__name", width=10),
    Column("submitted", "提出时间", "submitted_at", kind="datetime", sort="submitted_at", width=18),
    Column("decided", "确认人", "decided_by__name", width=10),
    Column("decided_at", "办结时间", "decided_at", kind="datetime", sort="decided_at", width=18),
    Column("reason", "原因", "reason", width=30),
]
