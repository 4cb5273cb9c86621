"""Opens a workbook, finds the ledger's header by its words, and gives its rows with the numbers the sheet shows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from core.ledger import guard
from core.ledger.columns import Ledger, LedgerColumn, header_key
from core.ledger.guard import Refused
from core.ledger.parsing import is_blank, shown
from core.ledger.unknown import known_apart

HEADER_WITHIN = 20  # rows
MAX_ROWS = 300_000
TOTALS = re.compile(r"(合\s*计|总\s*计|小\s*计|共\s*计|本页合计|累\s*计)[:：]?")
FOOTERS = re.compile(
    r"(制\s*表|填\s*表|填\s*报|审\s*核|复\s*核|负责人签|单位负责人|分管领导|备注|注|说明)\s*\w{0,4}\s*[:：].*",
    re.S,
)


@dataclass
class Sheet:
    """A sheet with its header found. `plan`: (column, 0-based index) of each declared column that is there."""

    name: str
    index: int
    header_row: int  # as the sheet shows it, from 1
    headers: list[str]
    plan: list[tuple[LedgerColumn, int]]
    total: int  # rows below the header, footers included
    rows: Callable[[], Iterator[list]]

    def position(self, field: str) -> int | None:
        """1-based column of a field, None when its header is not there."""
        return next((i + 1 for c, i in self.plan if c.field == field), None)

    def header(self, field: str) -> str:
        return next((self.headers[i] for c, i in self.plan if c.field == field), "")

    def data(self) -> Iterator[tuple[int, list]]:
        """(row as the sheet shows it, cells) without blank rows, totals, signature rows and repeated headers."""
        width = max(i for _, i in self.plan) + 1
        known = [i for _, i in self.plan]
        head = [header_key(h) for h in self.headers[:width]]
        for number, cells in enumerate(self.rows(), 1):
            if number <= self.header_row:
                continue
            if len(cells) < width:
                cells = [*cells, *[""] * (width - len(cells))]
            if self._counts(cells, known, head):
                yield number, cells

    @staticmethod
    def _counts(cells: list, known: list[int], head: list[str]) -> bool:
        first = next((c for c in cells if not is_blank(c)), None)
        if first is None or all(is_blank(cells[i]) for i in known):
            return False
        if not isinstance(first, str):
            return True
        words = first.strip()
        if TOTALS.fullmatch(words) or FOOTERS.fullmatch(words):
            return False
        return [header_key(shown(c)) for c in cells[: len(head)]] != head


def open_ledger(path: Path, ledger: Ledger, limit: int = guard.MAX_BYTES) -> Sheet:
    """The first sheet in which the header is found. Raises `Refused` with what is wrong."""
    guard.check(path, limit)
    try:
        book = CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        best: tuple[int, list[str]] = (0, [])
        for index, name in enumerate(names):
            sheet = book.get_sheet_by_index(index)
            if sheet.total_height > MAX_ROWS:
                raise Refused(f"工作表“{name}”超过 {MAX_ROWS:,} 行，请分成几个文件导入。")
            found, best = _find_header(sheet, ledger, best)
            if found:
                rows = known_apart(path, name, sheet.iter_rows)
                return _checked(Sheet(name, index, *found, sheet.end[0] + 1 - found[0], rows))
    except CalamineError as error:
        raise Refused("文件已损坏，无法读取。请在 Excel 中打开并重新保存后再导入。") from error
    needed = "、".join(c.header for c in ledger.columns if c.needed)
    if best[0] >= 3:
        raise Refused(
            f"表头缺少必需的栏目：{'、'.join(best[1])}。请补上这些栏目，或下载“{ledger.name}”模板对照。"
        )
    raise Refused(
        f"前 {HEADER_WITHIN} 行没有找到“{ledger.name}”的表头（应有：{needed}）。请检查是否选错了台账种类。"
    )


def _find_header(sheet, ledger: Ledger, best: tuple[int, list[str]]):
    """((row, headers, plan) or None, the nearest miss so far as (columns recognised, needed headers missing))."""
    known = ledger.by_header()
    needed = [c for c in ledger.columns if c.needed]
    for number, cells in enumerate(sheet.iter_rows(), 1):
        if number > HEADER_WITHIN:
            break
        plan, taken = [], set()
        for index, cell in enumerate(cells):
            column = known.get(header_key(cell)) if isinstance(cell, str) and cell else None
            if column and column.field not in taken:
                taken.add(column.field)
                plan.append((column, index))
        missing = [c.header for c in needed if c.field not in taken]
        if plan and not missing:
            return (number, [shown(c).strip() for c in cells], plan), best
        if len(plan) > best[0]:
            best = (len(plan), missing)
    return None, best


def _checked(sheet: Sheet) -> Sheet:
    if next(sheet.data(), None) is None:
        raise Refused(f"工作表“{sheet.name}”的表头下没有数据（0 行）。")
    return sheet
