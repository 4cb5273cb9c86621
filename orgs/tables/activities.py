"""The columns of activities."""

from core.tables import Column
from orgs.choices import Tier
from orgs.queries import terms

COLUMNS = [
    Column("name", "活动名称", "name", width=30, link=True),
    Column("date", "日期", "held_on", kind="date", sort="held_on", width=12),
    Column("organization", "组织", "organization__name", width=32, page=("orgs:detail", "organization")),
    Column("tier", "层级", "organization__tier", choices=Tier.choices, default=False),
    Column("street", "街镇", "organization__street__name", kind="short"),
    Column("community", "居委", "organization__community__name", kind="short", width=18),
    Column("place", "活动地点", "place", width=24),
    Column("attendance", "参加人数", "attendance", kind="number", sort="attendance", width=10),
    Column("field", "活动领域", "field", choices=terms.fields, width=16),
    Column("major", "重大活动", "is_major", choices={True: "是", False: ""}, width=10),
    Column("photos", "照片", "photos", kind="number", width=8),
    Column("entered", "录入人", "entered_by__name", width=10),
    Column("entered_at", "录入时间", "created_at", kind="datetime", width=18, default=False),
]
