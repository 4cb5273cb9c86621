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
    NAME_WORD = "name_word", "名称用语提示"
    FILING_NO = "filing_no", "备案编号格式"


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
    UNDO = "undo", "撤销"
    ACTIVITY = "activity", "登记活动"
    EDIT_ACTIVITY = "edit_activity", "修改活动"
    DELETE_ACTIVITY = "delete_activity", "删除活动"
    MERGE = "merge", "合并"
    DISTINCT = "distinct", "确认不是重复"
    REVIEW = "review", "发起年度复核"
    NIGHTLY = "nightly", "夜间更新"
    SEED = "seed", "演示数据"


class Reason(TextChoices):
    """Why two records look like one organisation."""

    NAME = "name", "同名"
    SHORT = "short", "简称相同"
    SOUND = "sound", "同音"
    PHONE = "phone", "同电话"
    LEADER = "leader", "同负责人"
    SIMILAR = "similar", "名称相近"


class PairState(TextChoices):
    OPEN = "open", "待核对"
    DISTINCT = "not_duplicate", "不是重复"


class FaultKind(TextChoices):
    """What can be wrong with a cell of a ledger."""

    REQUIRED = "required", "必填栏目为空"
    CELL_ERROR = "cell_error", "单元格是错误值"
    CREDIT_CODE_FORMAT = "credit_code_format", "信用代码格式不对"
    CREDIT_CODE_CHECK_DIGIT = "credit_code_check_digit", "信用代码校验码不符"
    CREDIT_CODE_WRONG_KIND = "credit_code_wrong_kind", "不是社会组织的信用代码"
    CODE_TAKEN = "code_taken", "号码已属于另一个组织"
    DUPLICATE = "duplicate_in_file", "文件内重复"
    DATE = "date", "日期不对"
    DATE_ORDER = "date_order", "日期先后不对"
    NUMBER = "number", "数字不对"
    CHOICE = "choice", "不在可填内容之内"
    PHONE = "phone", "电话不对"
    TOO_LONG = "too_long", "内容过长"
    DIGITS_LOST = "digits_lost", "长号码丢失位数"
    PRIVATE_CHARACTER = "private_character", "含自造字"
    STREET_UNKNOWN = "street_unknown", "街镇不对"
    COMMUNITY_UNKNOWN = "community_unknown", "居委不对"
    COMMUNITY_NOT_IN_STREET = "community_not_in_street", "居委不属于该街镇"
    OUT_OF_AREA = "out_of_area", "不在管辖范围"
    MEMBERS_BELOW_MINIMUM = "members_below_minimum", "人数低于备案要求"
    PARTY_OVER_MEMBERS = "party_members_over_members", "党员数多于人数"
    ORGANIZATION_UNKNOWN = "organization_unknown", "名册中没有这个组织"
    ORGANIZATION_AMBIGUOUS = "organization_ambiguous", "有几个组织同名"
    ORGANIZATION_MISMATCH = "organization_mismatch", "号码和名称是两个组织"
    TIER_CHANGED = "tier_changed", "组织已在另一层级"
    TIER_WRONG = "tier_wrong", "不属于本台账的层级"


class RowGroup(TextChoices):
    """What an import does with a row of its ledger, as the preview groups them."""

    NEW = "new", "新增"
    CHANGED = "changed", "更新"
    HELD = "held", "编号相同、其他不同"
    SAME = "same", "没有变化"


class RequestState(TextChoices):
    """Where a request of the register stands."""

    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审核"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "不同意"
    WITHDRAWN = "withdrawn", "已撤回"
