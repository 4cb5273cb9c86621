"""The four ledgers: which columns they have, under which headers, and what a cell may hold."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from core.ledger import parsing
from core.ledger.columns import Ledger, LedgerColumn
from core.ledger.parsing import Unfit
from orgs import policy
from orgs.choices import Grade, LegalForm, PartyStatus, Status, Tier
from orgs.models import Activity, Organization
from orgs.queries import terms
from orgs.queries.headers import (
    ASSIGNED,
    GENDERS,
    NAMES,
    POLITICAL,
    SYNONYMS,
    categories,
    labels,
    others,
)

MOST_CAPITAL = Decimal("9999999999")


def fields() -> Mapping[str, str]:
    known = terms.fields() or dict(policy.FIELDS)
    return {label: c for c, label in known.items()} | {
        label.removeprefix("社区"): c for c, label in known.items()
    }


FORMS = labels(
    LegalForm.choices,
    社团="association",
    民办非企业单位="service_agency",
    民非="service_agency",
    民办非企业="service_agency",
)
STATUS_WORDS = {
    Tier.REGISTERED: {"注销": Status.CANCELLED, "撤销": Status.REVOKED, "整改": Status.RECTIFYING},
    Tier.TEAM: {"备案": Status.FILED, "停止": Status.STOPPED, "注销": Status.CANCELLED},
    Tier.GROUP: {"停止": Status.STOPPED},
}
GRADES = {
    word: value for value in Grade.values for word in (value, value.lower(), f"{value}级", f"A{value[0]}")
} | {"A" * n: f"{n}A" for n in range(1, 6)}
PARTY = labels(
    PartyStatus.choices,
    党支部="branch",
    已建="branch",
    联合="joint",
    指导员="instructor",
    应建未建="due",
    无="no_members",
)


def statuses(tier: Tier) -> Mapping[str, str]:
    allowed = policy.STATUSES[tier]
    return {Status(s).label: str(s) for s in allowed} | {w: str(s) for w, s in STATUS_WORDS[tier].items()}


def credit_code(raw) -> str:
    value = parsing.narrow(raw).upper().replace("-", "")
    fault = policy.credit_code_fault(value)
    if fault:
        kind, reason = fault
        raise Unfit(
            kind, reason, "18 位，以 51、52 或 53 开头", value if kind == "credit_code_check_digit" else None
        )
    return value


def column(field: str, header: str, parse=None, *, model=Organization, **more) -> LedgerColumn:
    """A column of a stored field; what an empty cell means follows from the model, its other headers from `orgs.queries.headers`."""
    stored = model._meta.get_field(field)
    empty = None if stored.null else stored.get_default()
    more.setdefault("aliases", others(field, header) if model is Organization else ())
    return LedgerColumn(field, header, parse or parsing.text(stored.max_length), empty=empty, **more)


def chosen(field: str, header: str, table, **more) -> LedgerColumn:
    get = table if callable(table) else lambda: table
    return column(field, header, parsing.choice(get), allowed=lambda: parsing.official(get()), **more)


def day(field: str, header: str, past: bool = True, **more) -> LedgerColumn:
    parse = parsing.date(timezone.localdate if past else None)
    return column(field, header, parse, kind="date", width=13, example="2024-06-30", **more)


def founded(header: str) -> LedgerColumn:
    return column(
        "established_on",
        header,
        parsing.part_date(timezone.localdate),
        kind="date",
        width=13,
        example="2024-06-30",
    )


def count(field: str, header: str, minimum: int = 0, maximum: int = 1_000_000, **more) -> LedgerColumn:
    return column(field, header, parsing.whole(minimum, maximum), kind="number", width=10, **more)


def street(**more) -> LedgerColumn:
    header = "所属街镇"
    return LedgerColumn(
        "street", header, aliases=others("street", header), kind="street", needed=True, required=True, width=16, **more,
    )  # fmt: skip


def community(header: str, required: bool) -> LedgerColumn:
    aliases = others("community", header)
    return LedgerColumn(
        "community", header, aliases=aliases, kind="community", needed=required, required=required, width=18
    )


def name(tier: Tier, header: str, width: int) -> LedgerColumn:
    return column("name", header, aliases=NAMES[tier], needed=True, required=True, width=width)


def status(tier: Tier, header: str) -> LedgerColumn:
    """Without this column the records keep their status, and new ones begin in the first of their tier."""
    return chosen("status", header, lambda: statuses(tier), required=True, width=10)


PHONE = column("contact_phone", "联系电话", parsing.phone, kind="code", width=16)
CATEGORY = chosen("category", "类别", categories)
FIELDS = column(
    "service_fields",
    "服务领域",
    parsing.choices(fields),
    allowed=lambda: parsing.official(fields()),
    kind="several",
)
LAST_ACTIVE = day("last_active_on", "最近活动日期", merge="greatest")
REMARK = column("remark", "备注", parsing.long_text, width=24)
NUMBER = LedgerColumn("record_id", "系统编号", parsing.whole(1, 2**62), empty=None, kind="hidden")
TIER = LedgerColumn("row_tier", "层级", parsing.choice(lambda: labels(Tier.choices)), kind="hidden")

REGISTERED = Ledger(
    "registered",
    "社会组织名册",
    "长宁区社会组织名册",
    [
        name(Tier.REGISTERED, "社会组织名称", 36),
        column(
            "credit_code", "统一社会信用代码", credit_code, needed=True, required=True,
            kind="code", width=22, waived_by=("credit_code_check_digit", "credit_code_note"),
        ),
        column("credit_code_note", "信用代码特例说明", width=20),
        chosen("legal_form", "社会组织类型", FORMS),
        CATEGORY,
        FIELDS,
        column("registration_no", "登记证号", parsing.code(40), kind="code"),
        column("registration_authority", "登记管理机关", aliases=("登记管理机关名称",), width=20),
        column("supervising_body", "业务主管单位", width=20),
        column("leader_name", "法定代表人", width=10),
        founded("成立登记日期"),
        column("certificate_expires_on", "证书有效期", parsing.until, kind="date", width=13, example="2029-10-10"),
        column(
            "registered_capital", "注册资金(万元)", parsing.amount(MOST_CAPITAL, unit_is_wan=True), kind="number",
            units={unit: parsing.amount(MOST_CAPITAL, unit_is_wan=True, in_yuan=True) for unit in ("元", "人民币元", "单位:元")},
        ),
        column("address", "住所", width=30),
        street(required_kind="street_unknown"),
        community("所属居民区", required=False),
        column("business_scope", "业务范围", parsing.long_text, width=30),
        status(Tier.REGISTERED, "登记状态"),
        column("annual_results", "近三年年检结论", aliases=("年检结论(近三年)", "年检结论"), width=20),
        chosen("grade", "评估等级", GRADES, width=10),
        day("grade_expires_on", "等级有效期", past=False, aliases=("等级有效期至",)),
        chosen("party_status", "党组织情况", PARTY, width=16),
        count("staff_count", "从业人员数"),
        column("contact_name", "联系人", width=10),
        PHONE,
        LAST_ACTIVE,
        REMARK,
        NUMBER,
        TIER,
    ],
    identity=[("credit_code",)],
)  # fmt: skip

TEAMS = Ledger(
    "teams",
    "团队备案名册",
    "长宁区社区群众活动团队备案名册",
    [
        column("filing_no", "备案编号", parsing.code(30), kind="code", width=24),
        name(Tier.TEAM, "团队名称", 30),
        CATEGORY,
        FIELDS,
        street(),
        community("所属社区", required=True),
        founded("成立时间"),
        column("activity_content", "活动内容", width=20),
        column("activity_place", "活动地点", width=20),
        column("activity_time", "活动时间", width=16),
        count("weekly_sessions", "每周活动次数", 0, 99),
        count("member_count", "参加人数"),
        count("party_member_count", "其中党员数"),
        column("leader_name", "负责人", needed=True, required=True, width=10),
        chosen("leader_gender", "性别", GENDERS, width=6),
        count("leader_age", "年龄", 1, 120),
        chosen("leader_political_status", "政治面貌", POLITICAL),
        PHONE,
        column("contact_name", "联系人", width=10),
        column("liaison_name", "政治指导员(党建联络员)", width=16),
        chosen("liaison_assignment", "委派情况", ASSIGNED, width=10),
        column("party_branch", "所属党组织", width=20),
        column("committee_opinion", "社区备案意见", aliases=("居委备案意见",)),
        day("committee_opinion_on", "备案日期"),
        column("street_opinion", "街镇审核意见"),
        day("street_opinion_on", "审核日期"),
        status(Tier.TEAM, "状态"),
        LAST_ACTIVE,
        REMARK,
        NUMBER,
        TIER,
    ],
    identity=[("filing_no",), ("street", "community", "name")],
)

GROUPS = Ledger(
    "groups",
    "小组登记表",
    "社区活动小组登记表",
    [
        name(Tier.GROUP, "小组名称", 30),
        CATEGORY,
        FIELDS,
        street(),
        community("所属社区", required=True),
        founded("成立时间"),
        column("leader_name", "召集人", width=10),
        PHONE,
        count("member_count", "人数", 1),
        count("party_member_count", "其中党员数"),
        column("activity_content", "活动内容", width=20),
        column("activity_place", "活动地点", width=20),
        column("activity_time", "活动时间", width=16),
        column("frequency", "活动频次", width=12),
        status(Tier.GROUP, "状态"),
        LAST_ACTIVE,
        REMARK,
        NUMBER,
        TIER,
    ],
    identity=[("street", "community", "name")],
)

ACTIVITIES = Ledger(
    "activities",
    "活动记录",
    "社区社会组织活动记录",
    [
        LedgerColumn(
            "organization", "组织名称", parsing.text(200), aliases=[word for names in NAMES.values() for word in names],
            needed=True, required=True, width=36,
        ),
        LedgerColumn(
            "organization_code", "信用代码或备案编号", parsing.code(30), kind="code", width=24,
            aliases=("信用代码/备案编号", *SYNONYMS["credit_code"], *SYNONYMS["filing_no"]),
        ),
        column("name", "活动名称", model=Activity, needed=True, required=True, width=24),
        day("held_on", "活动日期", model=Activity, aliases=("日期", "活动时间", "开展日期", "开展时间"), needed=True, required=True),
        column("place", "活动地点", model=Activity, width=20),
        count("attendance", "参加人数", model=Activity, aliases=("人数", "参与人数", "参加人次", "参与人次", "活动人数")),
        chosen("field", "活动领域", fields, model=Activity, aliases=("服务领域",)),
        replace(
            column("is_major", "是否重大活动", parsing.flag, model=Activity, aliases=("重大活动",), allowed=("是", "否"), width=12),
            empty=None,  # an empty cell says neither yes nor no of an activity that is there
        ),
    ],
    identity=[("organization", "name", "held_on")],
)  # fmt: skip

LEDGERS = {ledger.kind: ledger for ledger in (REGISTERED, TEAMS, GROUPS, ACTIVITIES)}
TIERS = {"registered": Tier.REGISTERED, "teams": Tier.TEAM, "groups": Tier.GROUP}


def ledgers_for(by) -> list[Ledger]:
    """Whatever a person may take in: a committee its groups and the activities, for teams are filed."""
    closed = {kind for kind, tier in TIERS.items() if policy.entry_refusal(tier, by)}
    return [ledger for ledger in LEDGERS.values() if ledger.kind not in closed]
