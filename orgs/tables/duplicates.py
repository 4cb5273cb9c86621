"""Columns of the pairs that may be one organisation."""

from core.tables import Column
from orgs.choices import PairState, Reason

COLUMNS = [
    Column("a", "组织一", "a__name", sort="a__sort_key", width=36, link=True),
    Column("b", "组织二", "b__name", sort="b__sort_key", width=36),
    Column("reasons", "相似之处", "reasons", choices=Reason.choices, width=24),
    Column("score", "相似程度", "score", kind="number", sort="score", width=10),
    Column("street", "街镇", "a__street__name", kind="short", width=14),
    Column(
        "state",
        "状态",
        "state",
        choices=PairState.choices,
        states={"open": "warn", "not_duplicate": "off"},
        width=12,
    ),
    Column("found", "发现时间", "found_at", kind="datetime", sort="found_at", width=16),
    Column("by", "核对人", "decided_by__name", width=10, default=False),
    Column("note", "说明", "note", width=24, default=False),
]
