from django.db.models import TextChoices


class Role(TextChoices):
    DISTRICT_OFFICER = "district_officer", "区民政局经办"
    LEADER = "leader", "局领导"
    STREET_OFFICER = "street_officer", "街镇经办"
    COMMITTEE_MEMBER = "committee_member", "居委会"
    DEPARTMENT_OFFICER = "department_officer", "职能部门"
    ASSESSOR = "assessor", "评估专家"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class GrantState(TextChoices):
    DRAFT = "draft", "草拟"
    PENDING = "pending", "待确认"
    CONFIRMED = "confirmed", "已生效"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"


class AccountVerb(TextChoices):
    """What was done to an account, as its history and the audit name it."""

    OPEN = "open", "新开账号"
    EDIT = "edit", "修改账号资料"
    DISABLE = "disable", "停用账号"
    ENABLE = "enable", "启用账号"
    RESET = "reset", "重置密码"
    UNLOCK = "unlock", "解除登录锁定"
    END_SESSIONS = "end_sessions", "结束登录"
    PASSWORD = "password", "修改密码"
    PROFILE = "profile", "修改个人资料"
    HAND_OVER = "hand_over", "移交事项"
    SUSPEND = "suspend", "暂停角色"
    GRANT = "grant", "角色权限生效"
