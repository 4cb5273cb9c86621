"""The columns of groups and of spot checks."""

from core.tables import Column
from filings import policy
from filings.choices import CheckState, Kind
from orgs.choices import Dormancy

GROUPS = [
    Column("name", "小组名称", "name", sort="sort_key", width=32, link=True),
    Column(
        "confirmed",
        "本年度确认",
        "confirmed",
        choices={True: "已确认", False: "未确认"},
        states={True: "ok", False: "warn"},
        width=12,
    ),
    Column("confirmer", "确认人", "confirmer", width=10),
    Column("members", "人数", "member_count", kind="number", width=8),
    Column("recent", "近一年活动", "recent", kind="number", width=10),
    Column("active", "最近活动", "last_active_on", kind="date", sort="last_active_on", width=12),
    Column("dormancy", "活跃情况", "dormancy", choices=Dormancy.choices, width=10),
    Column("leader", "召集人", "leader_name", width=10),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
]
CHECKS = [
    Column("name", "群团名称", "filing__name", width=36, link=True),
    Column("kind", "事项", "filing__kind", choices=Kind.choices, width=12),
    Column(
        "state", "办理状态", "state", choices=CheckState.choices, states=policy.SPOT_CHECK.tones, width=12
    ),
    Column("due", "办理期限", "due_on", kind="due", sort="due_on", width=12),
    Column("street", "街镇", "filing__street__name", kind="short", width=14),
    Column("no", "备案编号", "filing__filing_no", kind="code", width=22),
    Column("decided", "备案办结", "filing__decided_at", kind="datetime", width=18),
    Column("drawn", "抽取时间", "entered_at", kind="datetime", sort="entered_at", width=18),
    Column("by", "抽取人", "entered_by__name", width=10),
]
