"""The columns of filings."""

from core.tables import Column
from filings import policy
from filings.choices import FilingState, Kind
from orgs.choices import Status
from orgs.queries import terms

FILINGS = [
    Column("name", "群团名称", "name", width=36, link=True),
    Column("kind", "事项", "kind", choices=Kind.choices, width=12),
    Column("state", "办理状态", "state", choices=FilingState.choices, states=policy.FILING.tones, width=14),
    Column("due", "办理期限", "due_on", kind="due", sort="due_on", width=12),
    Column("no", "备案编号", "filing_no", kind="code", width=22),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("category", "类别", "category", choices=terms.categories, width=12, default=False),
    Column("members", "参加人数", "member_count", kind="number", width=10, default=False),
    Column("leader", "负责人", "leader_name", kind="short", width=10, default=False),
    Column("entered", "录入人", "entered_by__name", width=10),
    Column("submitted", "提交时间", "submitted_at", kind="datetime", sort="submitted_at", width=18),
    Column("decided", "办结人", "decided_by__name", width=10, default=False),
    Column(
        "decided_at", "办结时间", "decided_at", kind="datetime", sort="decided_at", width=18, default=False
    ),
    Column("year", "复核年度", "year", kind="code", width=10, default=False),
]
DUE_REVIEWS = [
    Column("name", "团队名称", "name", sort="sort_key", width=36, link=True),
    Column("no", "备案编号", "filing_no", kind="code", width=22),
    Column("status", "状态", "status", choices=Status.choices, width=10),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("members", "参加人数", "member_count", kind="number", width=10),
    Column("leader", "负责人", "leader_name", kind="short", width=10),
    Column("active", "最近活动", "last_active_on", kind="date", sort="last_active_on", width=12),
]
