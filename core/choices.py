from django.db.models import TextChoices


class JobState(TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    WAITING = "waiting", "待确认"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


JOB_OPEN = (JobState.QUEUED, JobState.RUNNING)


class AuditKind(TextChoices):
    SIGN_IN = "sign_in", "登录"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败"
    SIGN_OUT = "sign_out", "退出"
    DENIED = "denied", "拒绝访问"
    EXPORT = "export", "导出"
    READ = "read", "查看"
    ACCOUNT = "account", "账号权限"
    LOCKED = "locked", "登录锁定"
    ALARM = "alarm", "告警"
    COMMAND = "command", "服务器命令"
    SEAL = "seal", "封存"
    VERIFY = "verify", "核验"


class DayKind(TextChoices):
    WORKDAY = "workday", "上班"
    HOLIDAY = "holiday", "放假"


class SettingVerb(TextChoices):
    """What was done to a dated setting, as its history names it."""

    PUBLISH = "publish", "发布"
    WITHDRAW = "withdraw", "撤回"
    STOP = "stop", "停用"
    RESUME = "resume", "取消停用"


class Act(TextChoices):
    """What core itself does to records, as the timeline names it."""

    UNDO = "undo", "撤销"


class CaseVerb(TextChoices):
    """What is done to a case besides the steps of its workflow."""

    ENTER = "enter", "录入"
    EDIT = "edit", "修改"
    TAKE_BACK = "take_back", "撤回决定"


class Purpose(TextChoices):
    """Why an officer looks at a masked number."""

    CONTACT = "contact", "联系组织"
    CHECK = "check", "核实信息"
    OTHER = "other", "其他"
