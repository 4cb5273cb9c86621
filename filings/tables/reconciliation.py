"""Columns of reconciliations: the runs, their lines, their differences; and what goes back in the layout of their system."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from rustpy_xlsxwriter import FastExcel, Format

from core.choices import JobState
from core.dates import PartDate, of_record
from core.tables import Column, Table
from filings.choices_reconcile import Decision, Kind, SourceKind
from filings.queries import layouts
from orgs.models import Organization

JOB_STATES = {
    JobState.QUEUED: "info", JobState.RUNNING: "info", JobState.WAITING: "warn", JobState.DONE: "ok", JobState.FAILED: "late",
}  # fmt: skip
KIND_STATES = {Kind.SAME: "ok", Kind.DIFFER: "warn", Kind.THEIRS: "info", Kind.OURS: "info"}
DECISION_STATES = {Decision.OPEN: "warn", Decision.ADOPTED: "ok", Decision.KEPT: "off"}

RUNS = [
    Column("file", "文件", "file_name", sort="file_name", width=36, link=True),
    Column("source", "市系统", "source__name", width=26),
    Column("state", "状态", "job__state", choices=JobState.choices, states=JOB_STATES, width=10),
    Column("area", "范围", "area", width=14),
    Column("rows", "导出表行数", "rows", kind="number", width=10),
    Column("differing", "不一致", "differing", kind="number", sort="differing", width=8),
    Column("theirs", "仅市系统有", "theirs", kind="number", width=10),
    Column("ours", "仅本系统有", "ours", kind="number", width=10),
    Column("same", "一致", "same", kind="number", width=8),
    Column("differences", "差异数", "differences", kind="number", width=8, default=False),
    Column("outside", "不在管辖范围", "outside", kind="number", width=12, default=False),
    Column("by", "核对人", "job__owner__name", width=10),
    Column("at", "核对时间", "job__created_at", kind="datetime", sort="job__created_at", width=16),
]
LINES = [
    Column("name", "团队名称", "name", sort="sort_key", width=36, link=True),
    Column("kind", "核对结果", "kind", choices=Kind.choices, states=KIND_STATES, width=12),
    Column("key", "市系统编号", "theirs__number", kind="code", width=20),
    Column("street", "街镇", "street__name", kind="short", width=14),
    Column("community", "居委", "community__name", kind="short", width=18),
    Column("row", "导出表行号", "row", kind="number", sort="row", width=10),
    Column("became", "已关联、补录为", "became", width=30),
    Column("note", "说明", "note", width=36),
]
DIFFERENCES = [
    Column("name", "团队", "line__name", sort="line__sort_key", width=36, link=True),
    Column("field", "栏目", "field", choices=layouts.LABELS, sort="field", width=14),
    Column("theirs", "市系统值", "theirs_words", width=30),
    Column("ours", "本系统值", "ours_words", width=30),
    Column("act", "处理", "act", width=20, exported=False),
    Column("fault", "不能采用的原因", "fault", width=36, default=False),
    Column("decision", "处理结果", "decision", choices=Decision.choices, states=DECISION_STATES, width=14, default=False),
    Column("by", "处理人", "decided_by__name", width=10, default=False),
    Column("at", "处理时间", "decided_at", kind="datetime", width=16, default=False),
    Column("street", "街镇", "line__street__name", kind="short", width=14, default=False),
    Column("community", "居委", "line__community__name", kind="short", width=18, default=False),
]  # fmt: skip


class DecisionTable(Table):
    """Differences with a button for each of the two values; without the right to decide, with what was decided."""

    deciding = False

    def _cell(self, column: Column):
        return self.draw if column.key == "act" else super()._cell(column)

    def draw(self, value: str) -> str:
        """value: "pk|decision|field|why it cannot be adopted" as the list annotates it."""
        pk, decision, field, fault = value.split("|", 3)
        if self.deciding and decision == Decision.OPEN:
            adopt = (
                f'<span class="wrong">{escape(fault)}</span> '
                if fault
                else button(
                    "adopt", pk, "采用市系统值（备案事项）" if layouts.is_filed(field) else "采用市系统值"
                )
            )
            words = f"{adopt}{button('keep', pk, '保留')}"
        else:
            label = escape(Decision(decision).label)
            words = f'<span class="state state-{DECISION_STATES[Decision(decision)]}">{label}</span>'
        return f'<td data-label="处理" class="acts">{words}</td>'


def button(name: str, pk: str, words: str) -> str:
    return f'<button class="btn btn-outline-primary btn-sm" type="submit" name="{name}" value="{int(pk)}">{words}</button> '


# ---- in their layout ----------------------------------------------------------------------------------------

EMPTIED = {"contact_phone"}  # telephones do not leave in sheets


def cell(source, team: Organization, field: str):
    """What goes under the header of a field; dates and numbers typed."""
    match field:
        case "street":
            return team.street.name
        case "community":
            return team.community.name if team.community else None
        case "number":
            return team.municipal_no if source.kind == SourceKind.FILING else None
    value = of_record(team, field)
    if isinstance(value, PartDate):
        return value.words
    if field in EMPTIED or value in (None, ""):
        return None
    if field in layouts.WORDS or field == "category":
        return layouts.in_words(field, value)
    return value


def write_theirs(path: Path, source, teams) -> int:
    """Teams in the columns of the source's own export, in their order; how many rows."""
    field_of = {header: field for field, header in source.columns.items()}
    headers = source.headers or list(source.columns.values())
    count = 0

    def rows() -> Iterator[dict]:
        nonlocal count
        for team in teams:
            count += 1
            yield {h: cell(source, team, field_of[h]) if h in field_of else None for h in headers}

    formats = {h: Format().set_num_format("yyyy-mm-dd") for h, f in field_of.items() if f == "established_on"}
    body = rows() if teams else iter([dict.fromkeys(headers)])
    book = FastExcel(str(path)).freeze(row=1, col=1)
    book.sheet(source.name[:31], body, header_format=Format().set_bold(), column_formats=formats)
    book.save()
    return count
