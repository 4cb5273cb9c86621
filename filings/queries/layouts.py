"""What a municipal export says of a team: its fields, how cells are read, compared and shown, and which column is which."""

import datetime
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from django.utils import timezone
from python_calamine import CalamineError, CalamineWorkbook

from core.ledger import guard, parsing
from core.ledger.columns import Ledger, LedgerColumn, header_key
from core.ledger.parsing import shown
from core.ledger.reading import HEADER_WITHIN
from core.words import mask_phone
from core.words import shown as in_cell
from filings.choices_reconcile import SourceKind
from orgs.choices import Assignment, Gender, PoliticalStatus, Status
from orgs.queries import terms
from orgs.queries.filed import FACTS

LEAST_ALIKE = 0.6
MOST_HEADERS, LONGEST_HEADER = 200, 100
STATUSES = {
    "已备案": Status.FILED, "备案": Status.FILED, "正常": Status.FILED, "有效": Status.FILED, "停止活动": Status.STOPPED,
    "停止": Status.STOPPED, "已注销": Status.CANCELLED, "注销": Status.CANCELLED,
}  # fmt: skip


def labels(choices, **more: str) -> Mapping[str, str]:
    return {label: str(value) for value, label in choices} | more


POLITICAL = labels(PoliticalStatus.choices, 党员="party", 预备党员="probationary", 团员="league", 无党派="independent")  # fmt: skip
ASSIGNED = labels(Assignment.choices, 是="assigned", 否="unassigned", 有="assigned", 无="unassigned")


def categories() -> Mapping[str, str]:
    known = {label: code for code, label in terms.categories().items()}
    return known | {label.removesuffix("类"): code for label, code in known.items()}


def column(field: str, header: str, parse, *aliases: str, empty="", **more) -> LedgerColumn:
    return LedgerColumn(field, header, parse, aliases=aliases, empty=empty, **more)


def text(field: str, header: str, limit: int, *aliases: str) -> LedgerColumn:
    return column(field, header, parsing.text(limit), *aliases)


def count(field: str, header: str, *aliases: str, most: int = 1_000_000) -> LedgerColumn:
    return column(field, header, parsing.whole(0, most), *aliases, empty=None)


def chosen(field: str, header: str, words: Mapping | None, *aliases: str) -> LedgerColumn:
    return column(field, header, parsing.choice(words if callable(words) else lambda: words), *aliases)


NAME = text(
    "name",
    "团队名称",
    200,
    "名称",
    "群团名称",
    "群众活动团队名称",
    "组织名称",
    "服务队名称",
    "志愿服务团队名称",
)
STREET = column(
    "street", "所属街镇", None, "街镇", "街道", "所属街道", "街道(镇)", "所属街道(镇)", "所在街镇", "区域"
)
COMMUNITY = column(
    "community", "所属居委", None, "所属社区", "社区", "居委", "居委会", "所属居委会", "所属居(村)委", "居村委", "所属居民区", "居民区",
)  # fmt: skip
ESTABLISHED = column(
    "established_on",
    "成立时间",
    parsing.date(timezone.localdate),
    "成立日期",
    "建队时间",
    "注册时间",
    empty=None,
)
PLACE = text("activity_place", "活动地点", 200, "活动场所", "地点", "服务地点")
LEADER = text(
    "leader_name", "负责人", 60, "负责人姓名", "召集人", "负责人或召集人", "姓名", "队长", "团队负责人"
)
PHONE = column("contact_phone", "联系电话", parsing.phone, "电话", "手机", "手机号", "联系方式", "负责人电话")


def number(header: str, *aliases: str) -> LedgerColumn:
    return column("number", header, parsing.code(40), *aliases, kind="code")


def members(header: str, *aliases: str) -> LedgerColumn:
    return count("member_count", header, *aliases)


COLUMNS: dict[str, list[LedgerColumn]] = {
    SourceKind.FILING: [
        number("市备案系统编号", "备案系统编号", "系统编号", "团队编号", "团队编码", "编号", "群团编号"),
        replace(NAME, required=True),
        column("filing_no", "备案编号", parsing.code(30), "备案号", "区备案编号", "街镇备案编号", empty=None, kind="code"),
        STREET,
        COMMUNITY,
        chosen("category", "类别", categories, "团队类别", "分类", "组织类别"),
        ESTABLISHED,
        text("activity_content", "活动内容", 200, "主要活动内容", "内容"),
        PLACE,
        text("activity_time", "活动时间", 100, "时间"),
        count("weekly_sessions", "每周活动次数", "每周次数", "周活动次数", most=99),
        members("参加人数", "人数", "成员人数", "成员数", "团队人数"),
        count("party_member_count", "其中党员数", "其中中共党员人数", "党员人数", "党员数", "中共党员人数"),
        LEADER,
        chosen("leader_gender", "性别", labels(Gender.choices), "负责人性别"),
        count("leader_age", "年龄", "负责人年龄", most=120),
        chosen("leader_political_status", "政治面貌", POLITICAL, "负责人政治面貌"),
        PHONE,
        chosen("liaison_assignment", "委派情况", ASSIGNED, "政治指导员委派情况"),
        text("liaison_name", "政治指导员", 60, "政治指导员(党建联络员)", "党建联络员", "政治指导员姓名"),
        text("party_branch", "所属党组织", 100, "党组织"),
        chosen("status", "备案状态", STATUSES, "状态", "团队状态"),
    ],
    SourceKind.VOLUNTEER: [
        number("团队编号", "编号", "服务队编号", "团队编码", "组织编号", "团队号"),
        replace(NAME, required=True),
        STREET,
        COMMUNITY,
        members("志愿者人数", "成员人数", "人数", "注册志愿者人数", "志愿者数", "团队人数", "成员数"),
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
        return {header_key(c.aliases[0]): c for c in self.columns}


NUMBERS = re.compile(r"\d{6,}")


def read_headers(path: Path, source) -> list[str]:
    """The headers of an export: the row near its top that has most of the headers known for it. Raises `guard.Refused`."""
    guard.check(path)
    known = {header_key(h) for h in source.columns.values()}
    known |= {spelling for c in COLUMNS[source.kind] for spelling in c.spellings()}
    best: tuple[int, int, list[str]] = (0, 0, [])
    try:
        book = CalamineWorkbook.from_path(str(path))
        for index in range(len(book.sheet_names)):
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
    left = {header_key(h): h for h in headers}
    found: dict[str, str] = {}
    for known in COLUMNS[kind]:
        for spelling in known.spellings():
            if spelling in left:
                found[known.field] = left.pop(spelling)
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
    return value.isoformat() if isinstance(value, datetime.date) else value


def typed(field: str, value):
    """Back from JSON to what the register holds."""
    return datetime.date.fromisoformat(value) if field == "established_on" and value else value


def same(field: str, theirs, ours) -> bool:
    """Whether two stored values say the same: width and blanks of free words do not count, phones are compared in full."""
    if field == "contact_phone":
        if parsing.is_masked(theirs):
            return theirs == mask_phone(ours)
        return theirs == phone(ours or "")
    if field in FREE:
        return parsing.narrow(theirs) == parsing.narrow(ours or "")
    if field in ("filing_no", "number"):
        return theirs == parsing.narrow(ours or "").upper()
    return theirs == ours


def phone(value: str) -> str:
    try:
        return parsing.phone(value) if value else ""
    except parsing.Unfit:
        return parsing.narrow(value)


def in_words(field: str, value) -> str:
    """A stored value as a person reads it; phones are masked."""
    if field == "contact_phone":
        return "、".join(mask_phone(part) or "" for part in str(value or "").split("、")) or in_cell(None)
    if field == "category":
        return in_cell(terms.categories().get(value, value))
    words = WORDS.get(field)
    return in_cell(words.get(value, value) if words else value)
