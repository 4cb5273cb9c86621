"""群众活动团队备案的规则：条件、步骤、时限。数值按日期在“设置”中维护，此处只是名称、首个值和依据。

依据：长民规〔2021〕1号（以下称“本意见”）第四部分（一）2、3；市群众活动团队备案条件。没有公开依据的注明“内部口径，可调整”。
"""

from decimal import Decimal

from accounts.choices import Role
from core.casework.steps import ASKED, NEEDED, Step, Workflow
from core.policy import Declared
from core.settings.parameters import value
from filings.choices import OPEN_FILINGS, FilingState, Kind
from orgs.choices import Status, Tier
from orgs.queries.register import same_name, team_min_members
from orgs.queries.register import taken as number_taken

CLAUSE = "第四部分（一）2 分级管理"
INTERNAL = "内部口径，可调整"


def working_days(key: str, name: str, first: int) -> Declared:
    return Declared(key, name, "工作日", Decimal(first), INTERNAL, least=Decimal(1), most=Decimal(250))


COMMITTEE_DAYS = working_days("filings.committee_days", "居委初审时限", 5)
STREET_DAYS = working_days("filings.street_days", "街镇审核时限", 10)
DISTRICT_DAYS = working_days("filings.district_days", "转登记区办理时限", 20)
CORRECT_DAYS = working_days("filings.correct_days", "备案补正时限", 10)
OTHER_REVIEWER = Declared(
    "filings.other_reviewer",
    "居委初审须由录入以外的人办理（1 是，0 否）",
    "",
    Decimal(0),
    INTERNAL,
    most=Decimal(1),
)
CHECK_SHARE = Declared(
    "filings.check_share",
    "区级抽查比例",
    "%",
    Decimal(5),
    "双随机抽查，" + INTERNAL,
    least=Decimal(1),
    most=Decimal(100),
)
RECTIFY_DAYS = working_days("filings.rectify_days", "抽查整改时限", 15)
READY_ACTIVITIES = Declared(
    "filings.ready_activities", "小组转备案：近一年活动次数", "次", Decimal(4), INTERNAL, most=Decimal(366)
)
PARAMETERS = [
    COMMITTEE_DAYS, STREET_DAYS, DISTRICT_DAYS, CORRECT_DAYS, OTHER_REVIEWER, CHECK_SHARE, RECTIFY_DAYS, READY_ACTIVITIES,
]  # fmt: skip

# ---- 备案表：栏目及次序（市群众活动团队备案表） ----------------------------------------------------------------

TEAM = (
    "name", "street", "community", "category", "service_fields", "established_on", "activity_place", "activity_content",
    "activity_time", "weekly_sessions", "member_count", "party_member_count",
)  # fmt: skip
LEADER = (
    "leader_name", "leader_gender", "leader_age", "leader_political_status", "leader_address", "leader_employer",
    "contact_phone",
)  # fmt: skip
LIAISON = (
    "liaison_assignment", "liaison_name", "liaison_gender", "liaison_age", "liaison_post", "party_branch", "liaison_phone",
)  # fmt: skip
FORM = [("团队情况", TEAM), ("负责人（召集人）情况", LEADER), ("政治指导员（党建联络员）情况", LIAISON)]
WHOLE_FORM = frozenset({Kind.NEW, Kind.CHANGE, Kind.REVIEW, Kind.PROMOTE})
SECTIONS = {
    Kind.NEW: [*FORM, ("说明", ("reason",))],
    Kind.PROMOTE: [*FORM, ("说明", ("reason",))],
    Kind.CHANGE: [*FORM, ("变更说明", ("reason",))],
    Kind.CORRECT: [("团队情况", (*TEAM, "filing_no")), *FORM[1:], ("差错和依据", ("reason",))],
    Kind.REVIEW: [*FORM, ("本年度小结", ("reason",))],
    Kind.CANCEL: [("注销", ("reason", "effective_on", "property_note"))],
    Kind.REGISTER: [("转登记", ("reason",))],
}
NEEDED_FIELDS = {
    "name", "category", "street", "community", "established_on", "activity_place", "activity_content", "activity_time",
    "weekly_sessions", "member_count", "leader_name", "liaison_assignment",
}  # fmt: skip
NEEDED_BY_KIND = {
    Kind.CORRECT: {"name", "community", "reason"},
    Kind.CHANGE: NEEDED_FIELDS | {"reason"},
    Kind.CANCEL: {"reason", "effective_on"},
    Kind.REGISTER: {"reason"},
}
ALL_FIELDS = (*TEAM, "filing_no", *LEADER, *LIAISON, "reason", "effective_on", "property_note", "year")

# ---- 哪一级、哪种状态的组织可以办哪一件 ------------------------------------------------------------------------

SUITS = {
    Kind.CHANGE: (Tier.TEAM, (Status.FILED,)),
    Kind.CORRECT: (Tier.TEAM, (Status.FILED, Status.STOPPED)),
    Kind.REVIEW: (Tier.TEAM, (Status.FILED,)),
    Kind.CANCEL: (Tier.TEAM, (Status.FILED, Status.STOPPED)),
    Kind.REGISTER: (Tier.TEAM, (Status.FILED,)),
    Kind.PROMOTE: (Tier.GROUP, (Status.NORMAL,)),
}


def suits(kind: str, organization) -> bool:
    """这个组织现在能不能办这一件。"""
    if organization is None or kind not in SUITS:
        return kind == Kind.NEW
    tier, statuses = SUITS[Kind(kind)]
    return organization.tier == tier and organization.status in statuses


def register_as_expected(case, by) -> str | None:
    """送审以后组织的层级、状态又有变化的，不能再按原来的申请办理。"""
    if case.organization_id and case.kind != Kind.NEW and not suits(case.kind, case.organization):
        now = f"{case.organization.get_tier_display()}、{case.organization.get_status_display()}"
        return f"“{case.organization}”现在是“{now}”，不能办理{case.get_kind_display()}，请撤回。"
    moving = case.kind in (Kind.NEW, Kind.CORRECT)  # 更正可以改居委，与名册的出入由“送审以后有变化”拦下
    if case.organization_id and not moving and case.organization.community_id != case.community_id:
        place = f"{case.organization.street}{case.organization.community or ''}"
        return f"“{case.organization}”已划到{place}，请撤回，由那里重新办理。"
    return None


def form_is_whole(case, by) -> str | None:
    """备案表的必填栏目都已填写。"""
    needed = NEEDED_BY_KIND.get(Kind(case.kind), NEEDED_FIELDS)
    asked = [name for _, names in SECTIONS[Kind(case.kind)] for name in names]
    missing = [name for name in asked if name in needed and getattr(case, name) in (None, "", [])]
    labels = [str(case._meta.get_field(name).verbose_name) for name in missing]
    return f"请补填：{'、'.join(labels)}。" if labels else None


def name_is_free(case, by) -> str | None:
    """同一个居委不能有两个同名的备案团队。"""
    if case.kind == Kind.NEW and (number := same_name(case.name, case.community_id)) is not None:
        return f"{case.community}已有同名的备案团队（备案编号 {number or '未编'}），请改名，或办理原团队的“变更”。"
    return None


def corrects_something(case, by) -> str | None:
    """更正差错要至少改正一栏；备案编号不能与别的组织相同。"""
    if case.kind != Kind.CORRECT:
        return None
    names = [*TEAM, *LEADER, *LIAISON, "filing_no"]
    own = [name for name in names if hasattr(case.organization, name)]
    if all((getattr(case, name) or "") == (getattr(case.organization, name) or "") for name in own):
        return "还没有改正任何一栏：请把有差错的栏目改成正确的内容。"
    number = case.filing_no.strip()
    if number and number != case.organization.filing_no and number_taken(filing_no=number):
        return f"备案编号 {number} 已属于另一个组织，请核对。"
    return None


# ---- 备案条件：每条不符合时给出一句话 --------------------------------------------------------------------------


def enough_members(case, by) -> str | None:
    """有相对固定的成员，人数达到备案要求。"""
    least = team_min_members()
    if case.kind in WHOLE_FORM and (case.member_count or 0) < least:
        return (
            f"参加人数 {case.member_count or 0} 人，备案团队至少 {least} 人；人数不足的请登记为社区活动小组。"
        )
    return None


def has_leader(case, by) -> str | None:
    """有相对固定的负责人，并留有联系电话。"""
    if case.kind in WHOLE_FORM and not (case.leader_name and case.contact_phone):
        return "请填写负责人姓名和联系电话。"
    return None


def has_activity(case, by) -> str | None:
    """有具体的活动内容，有相对固定的活动时间和地点。"""
    if case.kind in WHOLE_FORM and not (case.activity_content and case.activity_time and case.activity_place):
        return "请写明活动内容、活动时间和活动地点。"
    return None


def has_liaison(case, by) -> str | None:
    """已委派政治指导员（党建联络员）的，要写明姓名。"""
    if case.kind in WHOLE_FORM and case.liaison_assignment == "assigned" and not case.liaison_name:
        return "已委派政治指导员（党建联络员）的，请填写姓名。"
    return None


CONDITIONS = (
    form_is_whole,
    name_is_free,
    corrects_something,
    enough_members,
    has_leader,
    has_activity,
    has_liaison,
)
# 条件 → 表单里在哪一栏提示
TOLD_AT = {
    name_is_free: "name", corrects_something: "reason", enough_members: "member_count", has_leader: "contact_phone",
    has_activity: "activity_content", has_liaison: "liaison_name",
}  # fmt: skip


def name_warnings(name: str, words: list[tuple[str, str]]) -> list[str]:
    """名称里需要核对的用语，每个一句；words：用语和原因。只提醒，不拦截。"""
    return [f"名称含“{word}”：{why}。" for word, why in words if word in name]


def year_words(year: int, times: int, people: int) -> str:
    """年度复核小结的第一句，取自活动记录；没有记录的另作提醒。"""
    return f"{year}年开展活动 {times} 次，{people:,} 人次。" if times else ""


# ---- 流程：居委或街镇录入 → 居委初审 → 街镇审核（团队转登记再由区办理） ------------------------------------------

AUTHORS = frozenset({Role.COMMITTEE_MEMBER, Role.STREET_OFFICER})
COMMITTEE = frozenset({Role.COMMITTEE_MEMBER})
STREET = frozenset({Role.STREET_OFFICER})
DISTRICT = frozenset({Role.DISTRICT_OFFICER})


def other_reviewer(case, by) -> str | None:
    """民政局要求居委初审由录入以外的人办理时，录入、提交的人不能自己初审。"""
    if by.pk in case.hands and value(OTHER_REVIEWER):
        return "按现行设置，居委初审由录入以外的人办理，请同事办理。"
    return None


TO_REGISTER = {"kind": (Kind.REGISTER,)}
CORRECTING = {"kind": (Kind.CORRECT,)}  # 更正差错不经居委初审：一人提出，街镇的另一人审核
REVIEWED = {"kind": tuple(kind for kind in Kind if kind != Kind.CORRECT)}
# 事项 → 街镇办结的一步：代号、用语、意见
GRANTS = {
    "approve": ((Kind.NEW, Kind.PROMOTE), "准予备案", "符合备案条件，准予备案。"),
    "approve_change": ((Kind.CHANGE,), "准予变更", "情况属实，准予变更。"),
    "approve_correct": ((Kind.CORRECT,), "准予更正", "经核对确属差错，准予更正。"),
    "approve_review": ((Kind.REVIEW,), "复核通过", "年度复核通过。"),
    "approve_cancel": ((Kind.CANCEL,), "准予注销", "情况属实，准予注销。"),
}

FILING = Workflow(
    key="filings.filing",
    title="备案",
    states=FilingState,
    start=FilingState.DRAFT,
    tones={
        FilingState.DRAFT: "off", FilingState.COMMITTEE: "info", FilingState.STREET: "info", FilingState.DISTRICT: "info",
        FilingState.COMMITTEE_RETURNED: "warn", FilingState.STREET_RETURNED: "warn",
        FilingState.FILED: "ok", FilingState.REFUSED: "late", FilingState.WITHDRAWN: "off",
    },
    steps=(
        Step(
            "submit", "提交备案", (FilingState.DRAFT,), FilingState.COMMITTEE, AUTHORS, CLAUSE, when=REVIEWED,
            checks=(register_as_expected, *CONDITIONS), days=COMMITTEE_DAYS, freezes=True, own=True,
        ),
        Step(
            "submit_correction", "提交更正", (FilingState.DRAFT,), FilingState.STREET, AUTHORS, CLAUSE, when=CORRECTING,
            checks=(register_as_expected, *CONDITIONS), days=STREET_DAYS, freezes=True, own=True,
        ),
        Step(
            "resubmit", "补正后提交初审", (FilingState.COMMITTEE_RETURNED,), FilingState.COMMITTEE, AUTHORS, CLAUSE,
            checks=(register_as_expected, *CONDITIONS), days=COMMITTEE_DAYS, freezes=True, own=True,
        ),
        Step(
            "resubmit_street", "补正后提交审核", (FilingState.STREET_RETURNED,), FilingState.STREET, AUTHORS, CLAUSE,
            checks=(register_as_expected, *CONDITIONS), days=STREET_DAYS, freezes=True, own=True,
        ),
        Step(
            "review", "初审通过", (FilingState.COMMITTEE,), FilingState.STREET, COMMITTEE, CLAUSE,
            checks=(register_as_expected, other_reviewer), note=NEEDED, phrase="情况属实，同意上报街镇审核。", days=STREET_DAYS,
            as_sent=True,
        ),
        Step(
            "committee_return", "退回补正", (FilingState.COMMITTEE,), FilingState.COMMITTEE_RETURNED, COMMITTEE, CLAUSE,
            note=ASKED, days=CORRECT_DAYS, returns=True,
        ),
        *(
            Step(
                verb, label, (FilingState.STREET,), FilingState.FILED, STREET, CLAUSE, when={"kind": kinds},
                checks=(register_as_expected, name_is_free), note=NEEDED, phrase=phrase, others=True, decides=True,
                as_sent=True,
            )
            for verb, (kinds, label, phrase) in GRANTS.items()
        ),
        Step(
            "recommend", "同意转报区登记", (FilingState.STREET,), FilingState.DISTRICT, STREET, CLAUSE, when=TO_REGISTER,
            checks=(register_as_expected,), note=NEEDED, phrase="活动规范、条件成熟，同意转报登记。", days=DISTRICT_DAYS, others=True,
            as_sent=True,
        ),
        Step(
            "street_return", "退回补正", (FilingState.STREET,), FilingState.STREET_RETURNED, STREET, CLAUSE,
            note=ASKED, days=CORRECT_DAYS, others=True, returns=True,
        ),
        Step(
            "refuse", "不予备案", (FilingState.STREET,), FilingState.REFUSED, STREET, CLAUSE,
            note=NEEDED, others=True, decides=True,
        ),
        Step(
            "register", "办理登记", (FilingState.DISTRICT,), FilingState.FILED, DISTRICT, CLAUSE,
            asks=("credit_code", "legal_form", "registration_no", "certificate_expires_on"),
            checks=(register_as_expected,), note=NEEDED, phrase="符合登记条件，准予登记。", others=True, decides=True,
            as_sent=True,
        ),
        Step(
            "refuse_register", "不予登记", (FilingState.DISTRICT,), FilingState.REFUSED, DISTRICT, CLAUSE,
            note=NEEDED, others=True, decides=True,
        ),
        Step(
            "withdraw", "撤回", OPEN_FILINGS, FilingState.WITHDRAWN, AUTHORS, CLAUSE, note=NEEDED, asked=False, own=True,
        ),
    ),
)  # fmt: skip
WORKFLOWS = [FILING]
