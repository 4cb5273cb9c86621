"""What a municipal export says of a team: its fields, how cells are read, compared and shown, and which column is which."""

import datetime
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.utils import timezone
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core import phones
from core.files import guard
from core.ledger import parsing
from core.ledger.columns import Ledger, LedgerColumn, header_key, whole_key
from core.ledger.headers import HEADER_WITHIN
from core.ledger.parsing import shown
from core.words import mask_phone
from core.words import shown as in_cell
from filings.choices_reconcile import SourceKind
from orgs.choices import Assignment, Gender, PoliticalStatus, Status
from orgs.queries import terms
from orgs.queries.filed import FACTS
from orgs.queries.headers import ASSIGNED, GENDERS, NAMES, POLITICAL, categories, others

LEAST_ALIKE = 0.6
MOST_HEADERS, LONGEST_HEADER = 200, 100
STATUSES = {
    "已备案": Status.FILED, "备案": Status.FILED, "正常": Status.FILED, "有效": Status.FILED, "停止活动": Status.STOPPED,
    "停止": Status.STOPPED, "已注销": Status.CANCELLED, "注销": Status.CANCELLED,
}  # fmt: skip


def column(field: str, header: str, parse, *aliases: str, empty="", **more) -> LedgerColumn:
    """A column; its other headers are those of the register's ledgers, then what only these systems say."""
    return LedgerColumn(field, header, parse, aliases=(*others(field, header), *aliases), empty=empty, **more)


def text(field: str, header: str, limit: int, *aliases: str) -> LedgerColumn:
    return column(field, header, parsing.text(limit), *aliases)


def count(field: str, header: str, *aliases: str, most: int = 1_000_000) -> LedgerColumn:
    return column(field, header, parsing.whole(0, most), *aliases, empty=None)


def chosen(field: str, header: str, words: Mapping | None, *aliases: str) -> LedgerColumn:
    return column(field, header, parsing.choice(words if callable(words) else lambda: words), *aliases)


NAME = replace(text("name", "团队名称", 200, *NAMES["team"]), required=True)
STREET = column("street", "所属街镇", None)
COMMUNITY = column("community", "所属居委", None)
ESTABLISHED = column("established_on", "成立时间", parsing.part_date(timezone.localdate), empty=None)
PLACE = text("activity_place", "活动地点", 200)
LEADER = text("leader_name", "负责人", 60)
PHONE = column("contact_phone", "联系电话", parsing.phone)


def number(header: str, *aliases: str) -> LedgerColumn:
    return column("number", header, parsing.code(40), *aliases, kind="code")


COLUMNS: dict[str, list[LedgerColumn]] = {
    SourceKind.FILING: [
        number("市备案系统编号", "备案系统编号", "系统编号", "团队编号", "团队编码", "编号", "群团编号"),
        NAME,
        column("filing_no", "备案编号", parsing.code(30), empty=None, kind="code"),
        STREET,
        COMMUNITY,
        chosen("category", "类别", categories),
        ESTABLISHED,
        text("activity_content", "活动内容", 200),
        PLACE,
        text("activity_time", "活动时间", 100),
        count("weekly_sessions", "每周活动次数", most=99),
        count("member_count", "参加人数"),
        count("party_member_count", "其中党员数"),
        LEADER,
        chosen("leader_gender", "性别", GENDERS),
        count("leader_age", "年龄", most=120),
        chosen("leader_political_status", "政治面貌", POLITICAL),
        PHONE,
        chosen("liaison_assignment", "委派情况", ASSIGNED),
        text("liaison_name", "政治指导员", 60),
        text("party_branch", "所属党组织", 100),
        chosen("status", "备案状态", STATUSES),
    ],
    SourceKind.VOLUNTEER: [
        number("团队编号", "编号", "服务队编号", "团队编码", "组织编号", "团队号"),
        NAME,
        STREET,
        COMMUNITY,
        count("member_count", "志愿者人数"),
        LEADER,
        PHONE,
        ESTABLISHED,
        PLACE,
    ],
}  # fmt: skip
PLACED = "place"  # street and community are compared and taken over together
LABELS = {c.field: c.header for c in COLUMNS[SourceKind.FILING]} | {
    "number": "市系统编号",
    PLACED: "街镇、居委",
}
FILED_WORDS = "采用备案事项的市系统值，名册中备案的内容随之改变，不另办变更；变更记录写明改了哪几栏，原备案证明不再是现状。"
WORDS = {
    "leader_gender": dict(Gender.choices), "leader_political_status": dict(PoliticalStatus.choices),
    "liaison_assignment": dict(Assignment.choices), "status": dict(Status.choices),
}  # fmt: skip
FREE = {"name", "activity_content", "activity_place", "activity_time", "leader_name", "liaison_name", "party_branch"}  # fmt: skip


def is_filed(field: str) -> bool:
    """Whether a field, or what it stands for, was filed: a value taken over changes the filing."""
    return field == PLACED or field in FACTS


def label(kind: str, field: str) -> str:
    """What a field is called for this system."""
    return next((c.header for c in COLUMNS[kind] if c.field == field), LABELS.get(field, field))


def ledger_of(source) -> Ledger:
    """The source's layout as a ledger: its columns under the headers that were set for them."""
    named = source.columns
    columns = [
        replace(c, aliases=(named[c.field],), needed=True) for c in COLUMNS[source.kind] if c.field in named
    ]
    # A header stands for the field that it was set for, not for one that is by chance called so.
    return Exactly(source.kind, source.name, source.name, columns)


class Exactly(Ledger):
    """A ledger whose columns are found under the header that was set for each, and under no other."""

    def by_header(self) -> dict[str, LedgerColumn]:
        exact = {whole_key(c.aliases[0]): c for c in self.columns}
        return {header_key(c.aliases[0]): c for c in self.columns} | exact


NUMBERS = re.compile(r"\d{6,}")


def read_headers(path: Path, source) -> list[str]:
    """The headers of an export: the row near its top that has most of the headers known for it. Raises `guard.Refused`."""
    guard.check(path)
    known = {header_key(h) for h in source.columns.values()}
    known |= {spelling for c in COLUMNS[source.kind] for spelling in c.spellings()}
    best: tuple[int, int, list[str]] = (0, 0, [])
    try:
        book = CalamineWorkbook.from_path(str(path))
        for index, meta in enumerate(book.sheets_metadata):
            if meta.typ != SheetTypeEnum.WorkSheet or meta.visible != SheetVisibleEnum.Visible:
                continue
            for number_, cells in enumerate(book.get_sheet_by_index(index).iter_rows(), 1):
                if number_ > HEADER_WITHIN:
                    break
                words = [shown(c).strip() for c in cells if isinstance(c, str) and c.strip()][:MOST_HEADERS]
                words = [w for w in words if len(w) <= LONGEST_HEADER]
                if any(NUMBERS.search(w) for w in words):
                    continue  # a row of somebody's data, which must not become the name of a column
                found = sum(header_key(w) in known for w in words)
                if (found, len(words)) > best[:2]:
                    best = (found, len(words), list(dict.fromkeys(words)))
    except CalamineError as error:
        raise guard.Refused("文件已损坏，无法读取。请在 Excel 中打开并重新保存后再上传。") from error
    if best[0] < 1 or best[1] < 2:
        raise guard.Refused(f"前 {HEADER_WITHIN} 行没有找到表头。请上传从“{source.name}”导出的团队清单。")
    return best[2]


def missing(source, headers: Sequence[str]) -> list[str]:
    """Headers that were set and are not in an export."""
    there = {header_key(h) for h in headers}
    return [h for h in source.columns.values() if header_key(h) not in there]


def guess(kind: str, headers: Sequence[str]) -> dict[str, str]:
    """Which header probably is which field: by its words and their synonyms, then by likeness. Each header once."""
    left = {whole_key(h): h for h in headers}
    found: dict[str, str] = {}
    for known in COLUMNS[kind]:
        for spelling in known.spellings():
            if key := next((k for k in left if spelling in (k, header_key(k))), None):
                found[known.field] = left.pop(key)
                break
    for known in COLUMNS[kind]:
        if known.field not in found and left:
            alike, key = max((likeness(known, k), k) for k in left)
            if alike >= LEAST_ALIKE:
                found[known.field] = left.pop(key)
    return found


def likeness(known: LedgerColumn, key: str) -> float:
    return max(difflib.SequenceMatcher(None, spelling, key).ratio() for spelling in known.spellings())


# ---- values -------------------------------------------------------------------------------------------------


def stored(value):
    """As JSON holds it."""
    return in_cell(value) if isinstance(value, datetime.date) else value


def typed(field: str, value):
    """Back from JSON to what the register holds."""
    return parsing.part_date()(value) if field == "established_on" and value else value


def same(field: str, theirs, ours) -> bool:
    """Whether two stored values say the same: width and blanks of free words do not count, phones are compared in full."""
    if field == "contact_phone":
        if parsing.is_masked(theirs):
            return theirs == mask_phone(ours)
        return phones.key(theirs) == phones.key(ours or "")
    if field in FREE:
        return parsing.narrow(theirs) == parsing.narrow(ours or "")
    if field == "established_on":  # a month agrees with any day of it
        return bool(ours) and (theirs.startswith(ours) or ours.startswith(theirs))
    if field in ("filing_no", "number"):
        return theirs == parsing.narrow(ours or "").upper()
    return theirs == ours


def in_words(field: str, value) -> str:
    """A stored value as a person reads it; phones are masked."""
    if field == "contact_phone":
        return "、".join(mask_phone(part) or "" for part in str(value or "").split("、")) or in_cell(None)
    if field == "category":
        return in_cell(terms.categories().get(value, value))
    words = WORDS.get(field)
    return in_cell(words.get(value, value) if words else value)
