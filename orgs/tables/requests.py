"""The columns of requests that go from hand to hand."""

from core.tables import Column
from orgs import policy
from orgs.choices import RequestState, Status, Tier

STATUS_CHANGES = [
    Column("name", "组织", "organization__name", width=36, link=True),
    Column("tier", "层级", "organization__tier", choices=Tier.choices, width=14),
    Column(
        "state",
        "办理状态",
        "state",
        choices=RequestState.choices,
        states=policy.STATUS_CHANGE.tones,
        width=10,
    ),
    Column("before", "现状态", "status_before", choices=Status.choices, width=10),
    Column("status", "拟变更为", "status", choices=Status.choices, width=10),
    Column("due", "办理期限", "due_on", kind="due", sort="due_on", width=12),
    Column("street", "街镇", "organization__street__name", kind="short", width=14),
    Column("community", "居委", "organization__community__name", kind="short", width=18),
    Column("entered", "录入人", "entered_by__name", width=10),
    Column("submitted", "提交时间", "submitted_at", kind="datetime", sort="submitted_at", width=18),
    Column("decided", "办结人", "decided_by__name", width=10, default=False),
    Column(
        "decided_at", "办结时间", "decided_at", kind="datetime", sort="decided_at", width=18, default=False
    ),
]
