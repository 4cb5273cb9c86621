"""The columns of major events."""

from core.tables import Column
from filings import policy
from filings.choices import EventKind, EventState, Incidents

EVENTS = [
    Column("name", "名称", "name", width=36, link=True),
    Column("organization", "组织", "organization__name", width=30),
    Column("kind", "事项类型", "kind", choices=EventKind.choices, width=22),
    Column(
        "state", "办理状态", "state", choices=EventState.choices, states=policy.MAJOR_EVENT.tones, width=12
    ),
    Column("starts", "开始时间", "starts_at", kind="datetime", sort="starts_at", width=18),
    Column("due", "办理期限", "due_on", kind="due", sort="due_on", width=12),
    Column("late", "迟报", "late", choices={True: "迟报", False: ""}, width=8),
    Column("street", "街镇", "organization__street__name", kind="short", width=14),
    Column("community", "居委", "organization__community__name", kind="short", width=18),
    Column("expected", "预计人数", "expected_attendance", kind="number", width=10),
    Column("ends", "结束日期", "ends_on", kind="date", sort="ends_on", width=12, default=False),
    Column("place", "地点", "place", width=24, default=False),
    Column("budget", "经费预算（元）", "budget", kind="number", width=14, default=False),
    Column("officer", "安全负责人", "safety_officer", kind="short", width=12, default=False),
    Column("reported", "首次报告", "reported_on", kind="date", sort="reported_on", width=12, default=False),
    Column("entered", "录入人", "entered_by__name", width=10, default=False),
    Column("acknowledged", "知悉人", "decided_by__name", width=10, default=False),
    Column("actual", "实际人数", "actual_attendance", kind="number", width=10, default=False),
    Column("cost", "实际支出（元）", "actual_cost", kind="number", width=14, default=False),
    Column("incidents", "安全事故", "incidents", choices=Incidents.choices, width=12, default=False),
]
