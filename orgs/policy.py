"""社区社会组织名册与达标口径的规则。只写规则，不接触数据库；数值以“参数”为准，此处只是名称、首个值和依据。

依据：长民规〔2021〕1号（以下称“本意见”）；GB 32100-2015；民政部有关规定。没有公开依据的数值注明“内部口径，可调整”。
"""

import datetime
from decimal import Decimal

from accounts.choices import Role
from core.casework.steps import ASKED, NEEDED, Step, Workflow
from core.policy import Declared
from orgs.choices import RequestState, Status, Tier

# ---- 参数：由民政局按日期设定 -------------------------------------------------------------------------------

TEAM_MIN_MEMBERS = Declared(
    "orgs.team_min_members",
    "备案团队最低人数",
    "人",
    Decimal(10),
    "市群众活动团队备案条件：相对固定成员 10 人以上（可调整）",
    least=Decimal(1),
    most=Decimal(1000),
)
VERIFY_HOURS = Declared(
    "orgs.verify_hours",
    "核实一个组织所需工时",
    "小时",
    Decimal("0.5"),
    "内部口径，可调整；预演时估算居委会的工作量",
    least=Decimal("0.1"),
    most=Decimal(40),
)


def days(key: str, name: str, first: int, legal_basis: str) -> Declared:
    return Declared(key, name, "天", Decimal(first), legal_basis, least=Decimal(1), most=Decimal(3650))


DORMANCY_DAYS = {
    Tier.REGISTERED: (
        days("orgs.dormancy.registered.period", "注册组织活动周期", 365, "名存实亡认定：一年未开展活动"),
        days("orgs.dormancy.registered.grace", "注册组织宽限期", 90, "内部口径，可调整"),
    ),
    Tier.TEAM: (
        days("orgs.dormancy.team.period", "备案团队活动周期", 180, "内部口径，可调整"),
        days("orgs.dormancy.team.grace", "备案团队宽限期", 60, "内部口径，可调整"),
    ),
    Tier.GROUP: (
        days("orgs.dormancy.group.period", "活动小组活动周期", 180, "内部口径，可调整"),
        days("orgs.dormancy.group.grace", "活动小组宽限期", 60, "内部口径，可调整"),
    ),
}
REVIEW_DAYS = Declared(
    "orgs.status_change.review_days", "状态变更审核时限", "工作日", Decimal(5), "内部口径，可调整",
    least=Decimal(1), most=Decimal(250),
)  # fmt: skip
CORRECT_DAYS = Declared(
    "orgs.status_change.correct_days", "状态变更补正时限", "工作日", Decimal(10), "内部口径，可调整",
    least=Decimal(1), most=Decimal(250),
)  # fmt: skip
PARAMETERS = [
    TEAM_MIN_MEMBERS,
    *(row for pair in DORMANCY_DAYS.values() for row in pair),
    VERIFY_HOURS,
    REVIEW_DAYS,
    CORRECT_DAYS,
]

# ---- 三级组织各自的状态、升级路径 ---------------------------------------------------------------------------

STATUSES = {
    Tier.REGISTERED: (Status.NORMAL, Status.RECTIFYING, Status.CANCELLED, Status.REVOKED),
    Tier.TEAM: (Status.FILED, Status.STOPPED, Status.CANCELLED),
    Tier.GROUP: (Status.NORMAL, Status.STOPPED),
}
# 本意见第四部分（一）2：小组达到备案条件转为团队，团队达到登记条件转为注册组织；同一条记录，历史不断。
PROMOTIONS = {Tier.GROUP: (Tier.TEAM, Status.FILED), Tier.TEAM: (Tier.REGISTERED, Status.NORMAL)}

# 总体目标的首个口径：注册组织“正常、整改中”，团队“已备案”，小组“正常”。其后由“达标口径”记录按日期设定。
COUNTED_FIRST = {
    Tier.REGISTERED: (Status.NORMAL, Status.RECTIFYING),
    Tier.TEAM: (Status.FILED,),
    Tier.GROUP: (Status.NORMAL,),
}
MINIMUM_FIRST = 12
MINIMUM_FIRST_BASIS = "长民规〔2021〕1号 一、总体目标：到“十四五”期末，各社区平均拥有不少于12个社区社会组织"

CATEGORIES = [  # 本意见第四部分（一）3 重点培育四类；“其他”仅用于历史数据
    ("charity", "公益慈善类"),
    ("living", "生活服务类"),
    ("affairs", "社区事务类"),
    ("culture", "文体活动类"),
    ("other", "其他"),
]
FIELDS = [  # 本意见第三部分五个重点领域
    ("supply", "社区服务供给"),
    ("management", "社区精细化管理"),
    ("safety", "社区公共安全"),
    ("governance", "社区自治共治"),
    ("civility", "社区精神文明"),
]

# 备案团队名称里要提醒核对的用语：只提醒，不拦截。首批如下，以后在“设置—字典”中按日期增减。
NAME_WORDS = {
    "冠以全国性字样，社区团队不能使用": ("中国", "中华", "全国", "国家", "长三角"),
    "容易误认为注册社会组织，请核对是否已登记": (
        "协会", "学会", "研究会", "联合会", "促进会", "商会", "基金会", "研究院", "服务中心",
    ),
    "不属于社区社会组织（居委工作机构、业主组织、经营单位）": ("业委会", "业主委员会", "物业公司", "有限公司", "楼组长"),
}  # fmt: skip
NUMBER_TOKENS = ("{街镇}", "{年}", "{序号}")
NUMBER_PATTERN = "{街镇}-{年}-{序号}"  # 街镇代码九位、年份、街镇当年序号四位
NUMBER_BASIS = "内部口径，可调整；市里没有公布统一的备案编号格式"


def number_pattern_fault(pattern: str) -> str | None:
    """备案编号格式的问题：必须含街镇、年、序号，编出的号才不会重复。"""
    missing = [token for token in NUMBER_TOKENS if token not in pattern]
    return f"格式里要有 {'、'.join(missing)}，例如 {NUMBER_PATTERN}。" if missing else None


def filing_number(pattern: str, street_code: str, year: int, serial: int) -> str:
    """按格式编号：310105005-2026-0001。"""
    parts = zip(NUMBER_TOKENS, (street_code, str(year), f"{serial:04d}"), strict=True)
    for token, words in parts:
        pattern = pattern.replace(token, words)
    return pattern


# ---- 活动记录 -----------------------------------------------------------------------------------------------

STILL_ACTIVE = "确认仍在活动"  # 迟报、休眠的组织，核实仍在活动的，记一条这样的活动


# ---- 统一社会信用代码（GB 32100-2015，主体标识码 GB 11714） --------------------------------------------------

CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
BODY_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CODE_KINDS = {"51": "association", "52": "service_agency", "53": "foundation"}


def code_check_character(first17: str) -> str:
    """第 18 位校验码（GB 32100-2015）。"""
    total = sum(CODE_ALPHABET.index(c) * w for c, w in zip(first17, CODE_WEIGHTS, strict=True))
    return CODE_ALPHABET[-total % 31]


def body_check_character(first8: str) -> str:
    """主体标识码第 9 位校验码（GB 11714）：10 记为 X，11 记为 0。"""
    total = sum(BODY_ALPHABET.index(c) * w for c, w in zip(first8, BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_code_fault(code: str) -> tuple[str, str] | None:
    """信用代码的问题：(种类, 说明)；没有问题返回 None。种类见导入问题表。只接受社会组织（51、52、53 开头）。"""
    if len(code) != 18:
        return "credit_code_format", f"统一社会信用代码应为 18 位，现为 {len(code)} 位"
    strange = sorted({c for c in code if c not in CODE_ALPHABET})
    if strange:
        return "credit_code_format", f"统一社会信用代码不会出现“{'、'.join(strange)}”，请核对证书"
    if code_check_character(code[:17]) != code[17]:
        return "credit_code_check_digit", "统一社会信用代码第 18 位校验码不符，请核对证书"
    if code[:2] not in CODE_KINDS:
        return (
            "credit_code_wrong_kind",
            "不是社会组织的代码：应以 51（社会团体）、52（社会服务机构）或 53（基金会）开头",
        )
    return None


def credit_code_warning(code: str) -> str | None:
    """第 17 位（主体标识码）校验不符只作提醒：早期试点代码有合法的例外。"""
    if credit_code_fault(code) or body_check_character(code[8:16]) == code[16]:
        return None
    return "主体标识码（第 9—17 位）校验不符，如与证书一致可忽略"


# ---- 休眠 ---------------------------------------------------------------------------------------------------


def dormancy_dates(on: datetime.date, period: Decimal, grace: Decimal) -> tuple[datetime.date, datetime.date]:
    """(迟报界限, 休眠界限)：最近活动早于前者为迟报，早于后者为休眠。

    没有活动记录的从成立日期算起；成立日期只知道月份的，一律按当月 1 日计算（年限、休眠、排序都如此），显示和导出仍是月份。
    """
    late = on - datetime.timedelta(days=int(period))
    return late, late - datetime.timedelta(days=int(grace))


# ---- 状态变更申请：居委提出，街镇审核（注册组织的状态由区民政局直接变更） ----------------------------------------


def still_as_it_was(case, by) -> str | None:
    """送审以后组织的状态又有变化的，不能再按原来的申请办理。"""
    if case.organization.status != case.status_before:
        return f"“{case.organization}”的状态已变为“{case.organization.get_status_display()}”，请退回或撤回后重新申请。"
    return None


def really_a_change(case, by) -> str | None:
    """拟变更的状态要与现状态不同，并且是该层级可以有的状态。"""
    if case.status == case.organization.status:
        return "拟变更的状态与现状态相同，请先修改申请。"
    if case.status not in STATUSES[Tier(case.organization.tier)]:
        return f"“{case.organization.get_tier_display()}”没有“{case.get_status_display()}”这个状态，请先修改申请。"
    return None


# ---- 谁可以不经办理直接登记、修改：居委管小组；团队由街镇备案，注册组织由区登记 ----------------------------------------

OPEN_TO_COMMITTEE = frozenset({"contact_name", "contact_phone", "remark"})  # 居委随时可以补充的联系方式和备注


def entry_refusal(tier: str, by) -> str | None:
    """居委会不能不经办理直接登记、修改团队和注册组织。"""
    if by is None or by.role != Role.COMMITTEE_MEMBER or tier == Tier.GROUP:
        return None
    if tier == Tier.TEAM:
        return "群众活动团队由街镇备案：新团队请办“新备案”，已备案的请办“变更”。"
    return "注册社会组织由区民政局、街镇登记和修改，请联系街镇经办。"


def status_refusal(tier: str, by) -> str | None:
    """注册社会组织的状态由区民政局变更；团队、小组由街镇或区变更。"""
    if tier == Tier.REGISTERED and by.role != Role.DISTRICT_OFFICER:
        return "注册社会组织的状态由区民政局变更，请联系区民政局经办。"
    return None


def promotion_refusal(tier: str, status: str, by) -> str | None:
    """在册的小组由街镇或区转为团队，在册的团队由区民政局转为注册组织。"""
    if status not in COUNTED_FIRST[Tier(tier)]:
        return "只有“正常”或“已备案”的才能升级，请先办理状态变更。"
    if tier == Tier.TEAM and by.role != Role.DISTRICT_OFFICER:
        return "升级为注册社会组织由区民政局办理，请联系区民政局经办。"
    if by.role not in REVIEWERS:
        return "升级由街镇办理，请联系街镇经办。"
    return None


CLAUSE = "第四部分（一）2 分级管理"
APPLICANTS = frozenset({Role.COMMITTEE_MEMBER, Role.STREET_OFFICER})
REVIEWERS = frozenset({Role.STREET_OFFICER, Role.DISTRICT_OFFICER})
OPEN = (RequestState.DRAFT, RequestState.PENDING, RequestState.RETURNED)

STATUS_CHANGE = Workflow(
    key="orgs.status_change",
    title="状态变更申请",
    states=RequestState,
    start=RequestState.DRAFT,
    tones={
        RequestState.DRAFT: "off",
        RequestState.PENDING: "info",
        RequestState.RETURNED: "warn",
        RequestState.APPROVED: "ok",
        RequestState.REFUSED: "late",
        RequestState.WITHDRAWN: "off",
    },
    steps=(
        Step(
            "submit", "提交", (RequestState.DRAFT,), RequestState.PENDING, APPLICANTS, CLAUSE,
            checks=(really_a_change, still_as_it_was), days=REVIEW_DAYS, freezes=True, own=True,
        ),
        Step(
            "resubmit", "补正后提交", (RequestState.RETURNED,), RequestState.PENDING, APPLICANTS, CLAUSE,
            checks=(really_a_change, still_as_it_was), days=REVIEW_DAYS, freezes=True, own=True,
        ),
        Step(
            "approve", "同意", (RequestState.PENDING,), RequestState.APPROVED, REVIEWERS, CLAUSE,
            checks=(still_as_it_was,), note=ASKED, others=True, decides=True,
        ),
        Step(
            "send_back", "退回补正", (RequestState.PENDING,), RequestState.RETURNED, REVIEWERS, CLAUSE,
            note=ASKED, days=CORRECT_DAYS, others=True, returns=True,
        ),
        Step(
            "refuse", "不同意", (RequestState.PENDING,), RequestState.REFUSED, REVIEWERS, CLAUSE,
            note=NEEDED, others=True, decides=True,
        ),
        Step(
            "withdraw", "撤回", OPEN, RequestState.WITHDRAWN, APPLICANTS, CLAUSE, note=NEEDED, asked=False, own=True,
        ),
    ),
)  # fmt: skip
WORKFLOWS = [STATUS_CHANGE]
