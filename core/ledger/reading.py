"""Opens a workbook, finds the ledger's header by its words on every visible sheet, and gives its rows with the numbers the sheets show."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.files import guard
from core.files.guard import Refused
from core.ledger.columns import Ledger, LedgerColumn, header_key
from core.ledger.headers import HEADER_WITHIN, Header, find, repeats
from core.ledger.parsing import is_blank, narrow
from core.ledger.rows import is_data
from core.ledger.unknown import known_apart

MAX_ROWS = 300_000
PER_PAGE = 1_000_000  # a row of the second sheet is 1,000,000 + its number: one number names a row of the whole ledger
NEAR = 3  # so many known columns make a sheet one of this ledger, though its header is not complete
SUMMARY = ("汇总", "合计", "总表", "总册", "全部", "统计")


@dataclass
class Page:
    """One sheet that holds the ledger. `number`: from 0 among those that are read; `index`: in the workbook."""

    number: int
    name: str
    index: int
    header: Header
    total: int  # rows below the header, footers included
    rows: Callable[[], Iterator[list]]
    merged: dict[int, list[tuple[int, int]]] = field(
        default_factory=dict
    )  # first row → (column, last row), from 0
    skipped: set[int] = field(default_factory=set)  # rows that an earlier sheet has already

    @property
    def plan(self) -> list[tuple[LedgerColumn, int]]:
        return self.header.plan

    @property
    def header_row(self) -> int:
        return self.header.row

    @property
    def headers(self) -> list[str]:
        return self.header.words

    def data(self) -> Iterator[tuple[int, list]]:
        """(row as the sheet shows it, cells): no blank rows, totals, signatures, repeated headers. Merged cells carry downwards."""
        known = [i for _, i in self.plan]
        firsts = {key for row in self.header.keys for key in row if key}
        for number, (raw, cells) in enumerate(self._carried(), 1):
            if number <= self.header_row or number in self.skipped:
                continue
            if all(is_blank(raw[i]) for i in known) or not is_data(cells):
                continue
            first = next(c for c in cells if not is_blank(c))
            if isinstance(first, str) and header_key(first) in firsts and repeats(cells, self.header.keys):
                continue
            yield number, cells

    def filled(self) -> Iterator[list]:
        """Every row, with what its merged cells hold."""
        return (cells for _, cells in self._carried())

    def _carried(self) -> Iterator[tuple[list, list]]:
        """(the row as it was read, the row with the values of blocks that began above); at least as wide as the plan."""
        width = max((i for _, i in self.plan), default=-1) + 1
        carried: dict[int, tuple[int, object]] = {}
        for number, cells in enumerate(self.rows()):
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            yield cells, self._carry(number, cells, carried) if self.merged else cells

    def _carry(self, row: int, cells: list, carried: dict[int, tuple[int, object]]) -> list:
        """The cells with the values of the blocks that began above."""
        if carried:
            cells = list(cells)
            for column, (last, value) in list(carried.items()):
                if row > last:
                    del carried[column]
                else:
                    cells[column] = value
        for column, last in self.merged.get(row, ()):
            if column < len(cells):
                carried[column] = (last, cells[column])
        return cells


@dataclass
class Sheet:
    """A ledger as it was found in a workbook: its sheets, and what was left out, as sentences for the person who sent it.

    Rows of all sheets have one number each (`Parsed.row`, the row of every temporary table): see `PER_PAGE`, `where`.
    """

    pages: list[Page]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.columns = list({c.field: c for page in self.pages for c, _ in page.plan}.values())
        self.at = {(page.number, c.field): i for page in self.pages for c, i in page.plan}

    @property
    def name(self) -> str:
        return self.pages[0].name

    @property
    def header_row(self) -> int:
        return self.pages[0].header_row

    @property
    def total(self) -> int:
        return sum(page.total for page in self.pages)

    def where(self, row: int) -> tuple[Page, int]:
        """(sheet, row as it shows it) of a row of the ledger."""
        number, shown = divmod(row, PER_PAGE)
        return self.pages[number], shown

    def position(self, name: str, row: int = 0) -> int | None:
        """1-based column of a field on the sheet of a row, None when its header is not there."""
        at = self.at.get((row // PER_PAGE, name))
        return None if at is None else at + 1

    def header(self, name: str, row: int = 0) -> str:
        """The header of a field as the sheet of a row shows it, or as the first sheet that has it does; "" when none has."""
        for number in (row // PER_PAGE, *range(len(self.pages))):
            if (at := self.at.get((number, name))) is not None:
                return self.pages[number].headers[at]
        return ""

    def data(self) -> Iterator[tuple[int, list]]:
        for page in self.pages:
            for number, cells in page.data():
                yield page.number * PER_PAGE + number, cells


def open_ledger(path: Path, ledger: Ledger, limit: int = guard.MAX_BYTES) -> Sheet:
    """All visible sheets in which the header is found. Raises `Refused` with what is wrong."""
    guard.check(path, limit)
    try:
        pages, notes, misses, hidden = _pages(path, ledger)
    except CalamineError as error:
        raise Refused("文件已损坏，无法读取。请在 Excel 中打开并重新保存后再导入。") from error
    if not pages:
        raise Refused(_refusal(ledger, misses, hidden))
    filled = [page for page in pages if next(page.data(), None) is not None]
    if not filled:
        raise Refused(f"工作表“{pages[0].name}”的表头下没有数据（0 行）。")
    notes += [f"工作表“{p.name}”的表头下没有数据。" for p in pages if p not in filled]
    notes += [f"工作表“{name}”没有读取：表头缺少{'、'.join(header.missing)}。" for name, header in misses]
    kept = _without_repeats(filled, ledger, notes)
    for number, page in enumerate(kept):
        page.number = number
    if len(kept) > 1:
        notes.insert(0, f"读取了 {len(kept)} 张工作表：{'、'.join(p.name for p in kept)}。")
    return Sheet(kept, notes + _unknown(kept))


def _pages(path: Path, ledger: Ledger):
    """(sheets with the header, sentences about sheets, near misses as (name, header), names of hidden sheets with the header)."""
    pages: list[Page] = []
    misses: list[tuple[str, Header]] = []
    hidden: list[str] = []
    book = CalamineWorkbook.from_path(str(path))
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(index)
        header = find(sheet.iter_rows(), ledger)
        if meta.visible != SheetVisibleEnum.Visible:
            hidden += [meta.name] if header.complete else []
        elif header.complete:
            if sheet.total_height > MAX_ROWS:
                raise Refused(f"工作表“{meta.name}”超过 {MAX_ROWS:,} 行，请分成几个文件导入。")
            total = sheet.end[0] + 1 - header.row
            rows = known_apart(path, meta.name, sheet.iter_rows)
            pages.append(Page(len(pages), meta.name, index, header, total, rows, _blocks(sheet, header)))
        elif len(header.plan) >= NEAR:
            misses.append((meta.name, header))
    if sum(page.total for page in pages) > MAX_ROWS:
        raise Refused(f"各工作表合计超过 {MAX_ROWS:,} 行，请分成几个文件导入。")
    return pages, [f"没有读取隐藏的工作表“{name}”。" for name in hidden], misses, hidden


def _blocks(sheet: CalamineSheet, header: Header) -> dict[int, list[tuple[int, int]]]:
    """Cells below the header that are merged downwards."""
    known = {index for _, index in header.plan}
    blocks: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if top >= header.row and bottom > top and left in known:
            blocks.setdefault(top, []).append((left, bottom))
    return blocks


def _refusal(ledger: Ledger, misses: list[tuple[str, Header]], hidden: list[str]) -> str:
    if hidden:
        return f"“{ledger.name}”的表头只在隐藏的工作表“{'”“'.join(hidden)}”里。请取消隐藏，或换一个文件。"
    if misses:
        name, header = max(misses, key=lambda miss: len(miss[1].plan))
        unknown = f"没有识别的栏目：{'、'.join(header.unknown()[:20])}。" if header.unknown() else ""
        return (
            f"工作表“{name}”的表头缺少必需的栏目：{'、'.join(header.missing)}。{unknown}"
            f"请补上这些栏目或改成这个名称，也可以下载“{ledger.name}”模板对照。"
        )
    needed = "、".join(c.header for c in ledger.columns if c.needed)
    return f"前 {HEADER_WITHIN} 行没有找到“{ledger.name}”的表头（应有：{needed}）。请检查是否选错了台账种类。"


def _unknown(pages: list[Page]) -> list[str]:
    """Headers that nobody declared, named once for the sheets that share them."""
    found: dict[str, None] = dict.fromkeys(word for page in pages for word in page.header.unknown())
    return [f"没有识别的栏目（内容不导入）：{'、'.join(found)}。"] if found else []


# ---- rows that several sheets have ---------------------------------------------------------------------------


def _without_repeats(pages: list[Page], ledger: Ledger, notes: list[str]) -> list[Page]:
    """Of rows of equal identity and equal contents on several sheets one stays; a sheet that only repeats is left out."""
    if len(pages) < 2 or not ledger.identity:
        return pages
    seen: dict[tuple, list[dict[str, str]]] = {}
    kept: list[Page] = []
    # Sheets that sum up the others come last, so that it is they that repeat.
    for page in sorted(pages, key=lambda p: any(word in p.name for word in SUMMARY)):
        fresh: list[tuple[tuple, dict[str, str]]] = []
        count = 0
        for number, cells in page.data():
            count += 1
            values = {c.field: narrow(cells[i]) for c, i in page.plan if not is_blank(cells[i])}
            keys = list(_identities(values, ledger.identity))
            if any(values.items() <= known.items() for key in keys for known in seen.get(key, ())):
                page.skipped.add(number)
            fresh += [(key, values) for key in keys]
        if count > len(page.skipped):
            kept.append(page)
        else:
            notes.append(f"工作表“{page.name}”只是重复其他工作表的内容，没有读取。")
        if page in kept and page.skipped:
            notes.append(f"工作表“{page.name}”有 {len(page.skipped):,} 行在别的工作表上已有，只计一次。")
        for key, values in fresh:
            seen.setdefault(key, []).append(values)
    return sorted(kept, key=lambda p: p.index)


def _identities(values: dict[str, str], groups: Iterable[tuple[str, ...]]) -> Iterator[tuple]:
    for group in groups:
        if all(values.get(name) for name in group):
            yield tuple((name, values[name]) for name in group)
