from django.db.models import TextChoices


class Tier(TextChoices):
    REGISTERED = "registered", "注册社会组织"
    TEAM = "team", "群众活动团队"
    GROUP = "group", "社区活动小组"


class Status(TextChoices):
    NORMAL = "normal", "正常"
    RECTIFYING = "rectifying", "整改中"
    FILED = "filed", "已备案"
    STOPPED = "stopped", "停止活动"
    CANCELLED = "cancelled", "已注销"
    REVOKED = "revoked", "已撤销"


class LegalForm(TextChoices):
    ASSOCIATION = "association", "社会团体"
    SERVICE_AGENCY = "service_agency", "社会服务机构"
    FOUNDATION = "foundation", "基金会"


class Grade(TextChoices):
    A5 = "5A", "5A"
    A4 = "4A", "4A"
    A3 = "3A", "3A"
    A2 = "2A", "2A"
    A1 = "1A", "1A"


class PartyStatus(TextChoices):
    BRANCH = "branch", "已建党支部"
    JOINT = "joint", "联合党支部"
    INSTRUCTOR = "instructor", "派驻党建指导员"
    DUE = "due", "应建未建"
    NO_MEMBERS = "no_members", "无党员"


class Gender(TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class PoliticalStatus(TextChoices):
    PARTY = "party", "中共党员"
    PROBATIONARY = "probationary", "中共预备党员"
    LEAGUE = "league", "共青团员"
    DEMOCRATIC = "democratic", "民主党派"
    INDEPENDENT = "independent", "无党派人士"
    MASSES = "masses", "群众"


class Assignment(TextChoices):
    ASSIGNED = "assigned", "已委派"
    UNASSIGNED = "unassigned", "未委派"


class TermKind(TextChoices):
    CATEGORY = "category", "类别"
    FIELD = "field", "服务领域"


class Dormancy(TextChoices):
    ACTIVE = "active", "活跃"
    LATE = "late", "迟报"
    DORMANT = "dormant", "休眠"


class Verb(TextChoices):
    """What a change of the register was, as the timeline names it."""

    CREATE = "create", "新增"
    EDIT = "edit", "修改"
    STATUS = "status", "变更状态"
    PROMOTE = "promote", "升级"
    IMPORT = "import", "导入"
    UNDO = "undo", "撤销导入"
    ACTIVITY = "activity", "登记活动"
    NIGHTLY = "nightly", "夜间更新"
    SEED = "seed", "演示数据"
