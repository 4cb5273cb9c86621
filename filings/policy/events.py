"""重大活动报告的规则：事前报告，由居委、街镇或区知悉，事后报告结果。

依据：长民规〔2021〕1号第四部分（一）2“推动建立重大活动报告制度”；事项范围参照《上海市社会组织重大事项报告办法（试行）》。
时限和人数、经费标准没有公开依据，注明“内部口径，可调整”。
"""

import datetime
from decimal import Decimal

from core.casework.steps import ASKED, NEEDED, Step, Workflow
from core.policy import Declared
from core.settings.parameters import value
from filings.choices import EventKind, EventState, Incidents
from filings.policy.filings import AUTHORS, COMMITTEE, DISTRICT, INTERNAL, STREET, working_days
from orgs.choices import Status

EVENT_BEFORE = Declared(
    "filings.event_before", "重大活动：提前报告天数", "天", Decimal(7), INTERNAL, most=Decimal(90)
)
EVENT_ATTENDANCE = Declared(
    "filings.event_attendance", "重大活动：多少人以上报街镇", "人", Decimal(50), INTERNAL, least=Decimal(1)
)
EVENT_BUDGET = Declared(
    "filings.event_budget", "重大活动：多少经费以上报街镇", "元", Decimal(100_000), INTERNAL, least=Decimal(1)
)
EVENT_DAYS = working_days("filings.event_days", "重大活动：知悉时限", 3)
EVENT_CORRECT_DAYS = working_days("filings.event_correct_days", "重大活动：补正时限", 3)
EVENT_RESULT_DAYS = working_days("filings.event_result_days", "重大活动：活动结束后报告结果时限", 10)
POLICE_FROM = Declared(
    "filings.event_police",
    "重大活动：多少人以上须公安机关许可",
    "人",
    Decimal(1000),
    "《大型群众性活动安全管理条例》第二条",
    least=Decimal(1),
)
PARAMETERS = [
    EVENT_BEFORE, EVENT_ATTENDANCE, EVENT_BUDGET, POLICE_FROM, EVENT_DAYS, EVENT_CORRECT_DAYS, EVENT_RESULT_DAYS,
]  # fmt: skip

EVENT_CLAUSE = "第四部分（一）2 推动建立重大活动报告制度"
LOWEST = COMMITTEE | STREET
STREET_KINDS = frozenset(
    {EventKind.COMPETITION, EventKind.FUNDRAISING, EventKind.SPENDING, EventKind.ENTITY, EventKind.LAWSUIT}
)
DISTRICT_KINDS = frozenset({EventKind.FOREIGN, EventKind.DONATION})
MATTERS = frozenset(
    {EventKind.DONATION, EventKind.SPENDING, EventKind.ENTITY, EventKind.LAWSUIT}
)  # 是事项，不是活动
OF_MATTER = {"kind": tuple(kind for kind in EventKind if kind in MATTERS)}
OF_ACTIVITY = {"kind": tuple(kind for kind in EventKind if kind not in MATTERS)}
EVENT_SECTIONS = [
    (
        "活动",
        ("kind", "name", "content", "way", "starts_at", "ends_on", "place", "expected_attendance", "budget"),
    ),
    ("涉外和主管单位意见", ("foreign", "foreign_note", "supervisor_opinion")),
    ("安全", ("safety_officer", "safety_phone", "safety_plan")),
]
EVENT_FIELDS = tuple(name for _, names in EVENT_SECTIONS for name in names)
EVENT_FIRST = ("kind", "name", "starts_at", "ends_on")  # 草稿也要有
OF_ACTIVITIES = ("place", "expected_attendance", "safety_officer", "safety_phone")


def needed_for(kind: str) -> tuple[str, ...]:
    """报告时的必填栏目：活动要写明地点、人数和安全负责人，事项不用。"""
    return (*EVENT_FIRST, "content", *(() if kind in MATTERS else OF_ACTIVITIES))


def is_large(case) -> str:
    """人数或经费达到报告时的标准的，说明达到哪一条；没有达到时为空。"""
    if (case.expected_attendance or 0) >= case.attendance_from:
        return f"预计参加 {case.expected_attendance} 人（{case.attendance_from} 人以上）"
    if (case.budget or 0) >= case.budget_from:
        return f"经费 {case.budget:,.0f} 元（{case.budget_from:,.0f} 元以上）"
    return ""


def level(case) -> tuple[EventState, str]:
    """由哪一级知悉（以“待某级知悉”的状态表示），为什么。"""
    if case.foreign or case.kind in DISTRICT_KINDS:
        return EventState.DISTRICT, "涉外、涉港澳台或境外捐赠"
    if case.kind in STREET_KINDS:
        return EventState.STREET, f"事项为“{case.get_kind_display()}”"
    if large := is_large(case):
        return EventState.STREET, large
    if case.organization.community_id is None:
        return EventState.STREET, "组织没有所属居委"
    return EventState.COMMITTEE, "未达到报街镇的标准"


def event_gaps(case) -> list[str]:
    """还没有填写的必填栏目：涉外的写明情况，达到规模标准的附安全预案。"""
    needed = [*needed_for(case.kind)]
    needed += ["foreign_note"] if case.foreign else []
    needed += ["safety_plan"] if case.kind not in MATTERS and is_large(case) else []
    return [name for name in needed if getattr(case, name) in (None, "")]


def event_is_whole(case, by) -> str | None:
    """内容、地点、人数、安全负责人及电话等必填栏目都已填写。"""
    missing = event_gaps(case)
    labels = [str(case._meta.get_field(name).verbose_name) for name in missing]
    return f"请补填：{'、'.join(labels)}。" if labels else None


def may_report(organization) -> bool:
    """没有停止活动、注销或撤销的组织可以报告。"""
    return organization.status not in (Status.STOPPED, Status.CANCELLED, Status.REVOKED)


def organization_lives(case, by) -> str | None:
    """组织没有停止活动、注销或撤销。"""
    if may_report(case.organization):
        return None
    return f"“{case.organization}”现在是“{case.organization.get_status_display()}”，不能报告新的活动，请先核对名册。"


LEAST_ACCOUNT = 20  # 字


def account_gap(incidents: str, outcome: str) -> str:
    """有安全事故的，结果里要写明经过、伤亡和处置。"""
    if incidents == Incidents.SOME and len(outcome.strip()) < LEAST_ACCOUNT:
        return f"有安全事故的，请写明经过、伤亡和处置情况（不少于 {LEAST_ACCOUNT} 字）。"
    return ""


def police_words(attendance: int | None) -> str:
    """大型群众性活动须由公安机关许可。"""
    limit = int(value(POLICE_FROM))
    if (attendance or 0) < limit:
        return ""
    return f"预计参加 {attendance:,} 人：{limit:,} 人以上的大型群众性活动须经公安机关安全许可，请核对是否已经取得。"


def event_is_over(case, by) -> str | None:
    """活动已经结束。"""
    ends = case.ends_on
    return f"活动 {ends} 结束，结束后再报告结果。" if ends > datetime.date.today() else None


def submit_event(verb: str, label: str, target: EventState) -> Step:
    return Step(
        verb, label, (EventState.DRAFT, EventState.RETURNED), target, AUTHORS, EVENT_CLAUSE, when={"level": (target,)},
        checks=(event_is_whole, organization_lives), days=EVENT_DAYS, freezes=True, own=True,
    )  # fmt: skip


def acknowledge(verb: str, state: EventState, roles: frozenset) -> Step:
    return Step(
        verb, "知悉", (state,), EventState.ACKNOWLEDGED, roles, EVENT_CLAUSE, note=ASKED, phrase="已知悉，请落实安全措施。",
        days=EVENT_RESULT_DAYS, since="ends_on", others=True, decides=True,
    )  # fmt: skip


def send_back(verb: str, state: EventState, roles: frozenset) -> Step:
    return Step(
        verb, "退回补正", (state,), EventState.RETURNED, roles, EVENT_CLAUSE, note=ASKED, days=EVENT_CORRECT_DAYS,
        others=True, returns=True,
    )  # fmt: skip


MAJOR_EVENT = Workflow(
    key="filings.event",
    title="重大活动报告",
    states=EventState,
    start=EventState.DRAFT,
    tones={
        EventState.DRAFT: "off", EventState.RETURNED: "warn", EventState.ACKNOWLEDGED: "ok", EventState.REPORTED: "ok",
        EventState.CALLED_OFF: "off",
    },
    steps=(
        submit_event("submit_committee", "报居委知悉", EventState.COMMITTEE),
        submit_event("submit_street", "报街镇知悉", EventState.STREET),
        submit_event("submit_district", "报区知悉", EventState.DISTRICT),
        acknowledge("acknowledge_committee", EventState.COMMITTEE, LOWEST),
        acknowledge("acknowledge_street", EventState.STREET, STREET),
        acknowledge("acknowledge_district", EventState.DISTRICT, DISTRICT),
        send_back("return_committee", EventState.COMMITTEE, LOWEST),
        send_back("return_street", EventState.STREET, STREET),
        send_back("return_district", EventState.DISTRICT, DISTRICT),
        Step(
            "result", "报告结果", (EventState.ACKNOWLEDGED,), EventState.REPORTED, AUTHORS, EVENT_CLAUSE, when=OF_ACTIVITY,
            asks=("actual_attendance", "actual_cost", "incidents", "outcome"), checks=(event_is_over,), own=True, opens="ends_on",
        ),
        Step(
            "outcome", "报告办理结果", (EventState.ACKNOWLEDGED,), EventState.REPORTED, AUTHORS, EVENT_CLAUSE, when=OF_MATTER,
            asks=("outcome",), checks=(event_is_over,), own=True, opens="ends_on",
        ),
        Step(
            "call_off", "活动取消",
            (EventState.DRAFT, EventState.COMMITTEE, EventState.STREET, EventState.DISTRICT, EventState.RETURNED, EventState.ACKNOWLEDGED),
            EventState.CALLED_OFF, AUTHORS, EVENT_CLAUSE, note=NEEDED, asked=False, own=True,
        ),
    ),
)  # fmt: skip
SUBMITS = {s.target: s.verb for s in MAJOR_EVENT.steps if s.freezes}  # 由哪一级知悉 → 送审走哪一步
WORKFLOWS = [MAJOR_EVENT]
