"""The copy of an uploaded workbook with every fault marked: cell coloured, comment, and a sheet 错误说明.

The original is marked where that is possible. Where it would take too much memory, or the library that writes cannot take
what the one that reads could, a plain workbook is made from the rows as they were read: same sheets, same positions, same marks.
"""

import datetime
import logging
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.hyperlink import Hyperlink
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from core.files import guard
from core.ledger.faults import Fault
from core.ledger.parsing import shown
from core.ledger.reading import Sheet
from core.words import visible

log = logging.getLogger(__name__)
FAULT_SHEET = "错误说明"
AUTHOR = "导入核对"
FILL = PatternFill("solid", fgColor="FFFFD9D9")
WRAPPED = Alignment(wrap_text=True, vertical="top")
BOLD, HEAD = Font(bold=True), PatternFill("solid", fgColor="FFDCE6F1")
LINK = Font(color="FF0B57A4", underline="single")
MOST_CELLS = 120_000  # kept whole: openpyxl needs about half a kilobyte and 25 microseconds for each
MOST_MARKED = 10_000  # faults in a workbook kept whole
MOST_XML = 64 * 1024 * 1024
MOST_COMMENTS = 5_000
MOST_LINES = 60_000  # a sheet holds 65,530 links
HEADERS = ("行", "列", "栏目", "填写内容", "原因", "可填内容")
WIDTHS = (8, 8, 22, 30, 50, 50)
MADE = re.compile(rb"<(?:\w+:)?(?:c|row|si)[\s/>]")  # what openpyxl makes an object of
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([A-Za-z0-9:$]+)[\"']")
TEXT_LIMIT = 32_767


class Lossy(Exception):
    """openpyxl would leave out something of the workbook."""


def mark(source: Path, target: Path, sheet: Sheet, faults: Iterable[Fault]) -> bool:
    """Write the marked copy. `faults` in the order of rows. True when the workbook itself was kept, False when it was rebuilt."""
    faults = iter(faults)
    first = list(islice(faults, MOST_MARKED + 1))
    if len(first) <= MOST_MARKED and bearable(source):
        try:
            _mark_whole(source, target, sheet, first)
        except Exception:  # openpyxl fails in many ways on what Excel and calamine read
            log.info("%s cannot be marked as it is and is rebuilt", source.name, exc_info=True)
        else:
            return True
    _rebuild(source, target, sheet, chain(first, faults))
    return False


def bearable(source: Path) -> bool:
    """Whether openpyxl can hold the workbook: counted in its sheets, for what they declare of their size is not believed."""
    made = 0
    with zipfile.ZipFile(source) as archive:
        parts = [p for p in archive.infolist() if p.filename.casefold().endswith((".xml", ".rels", ".vml"))]
        if sum(p.file_size for p in parts) > MOST_XML:
            return False
        for part in parts:
            for text in guard.pieces(archive, part):
                made += len(MADE.findall(text)) + sum(map(_spread, MERGED.findall(text)))
                if made > MOST_CELLS:
                    return False
    return True


def _spread(reference: bytes) -> int:
    """Cells of a merged block: each becomes an object."""
    try:
        left, top, right, bottom = range_boundaries(reference.decode())
        return (right - left + 1) * (bottom - top + 1)
    except (ValueError, TypeError):
        return MOST_CELLS  # whole columns or no address at all


def words(fault: Fault) -> str:
    lines = [f"填写内容：{fault.value or '（空）'}", f"原因：{fault.reason}"]
    return "\n".join([*lines, f"可填：{fault.allowed}"] if fault.allowed else lines)


def comment(found: Iterable[Fault]) -> Comment:
    return Comment("\n\n".join(words(f) for f in found), AUTHOR, width=320, height=120)


def line_of(fault: Fault) -> tuple:
    """A line of 错误说明."""
    return (
        fault.row,
        get_column_letter(fault.column),
        fault.header,
        fault.value,
        fault.reason,
        fault.allowed,
    )


def _mark_whole(source: Path, target: Path, sheet: Sheet, faults: list[Fault]) -> None:
    book = load_workbook(source, rich_text=True)
    _compare(source, book)
    if FAULT_SHEET in book.sheetnames:
        del book[FAULT_SHEET]
    for one in sheet.pages:
        _forget_marks(book[one.name])
    commented = 0
    for (name, row, column), group in groupby(faults, key=lambda f: (f.sheet or sheet.name, f.row, f.column)):
        cell = book[name].cell(row, column)
        if isinstance(cell, MergedCell):
            continue
        cell.fill = FILL
        if commented < MOST_COMMENTS:
            cell.comment, commented = comment(group), commented + 1
    _explain(book.create_sheet(FAULT_SHEET), faults, sheet.name)
    book.save(target)


def _compare(source: Path, book: Workbook) -> None:
    """Raise `Lossy` unless everything that the one library read is there for the other as well: some it drops in silence."""
    read = CalamineWorkbook.from_path(str(source))
    for index, name in enumerate(read.sheet_names):
        cells = getattr(book[name], "_cells", {})
        for row, values in enumerate(_rows_of(read, index), 1):
            for column, value in enumerate(values, 1):
                if value != "" and ((row, column) not in cells or cells[row, column].value is None):
                    raise Lossy(f"{name} {row} {column}")


def _forget_marks(page) -> None:
    """A marked copy that comes back is marked afresh: what was corrected loses its colour."""
    for cell in list(
        page._cells.values()
    ):  # only those that are there: `iter_rows` would make the whole rectangle
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            cell.fill = PatternFill()


def _explain(page, faults: list[Fault], sheet_name: str) -> None:
    for column, (header, width) in enumerate(zip(HEADERS, WIDTHS, strict=True), 1):
        cell = page.cell(1, column, header)
        cell.font, cell.fill = BOLD, HEAD
        page.column_dimensions[get_column_letter(column)].width = width
    for number, fault in enumerate(faults, 2):
        quoted = (fault.sheet or sheet_name).replace("'", "''")
        for column, value in enumerate(line_of(fault), 1):
            cell = page.cell(number, column, value)
            if cell.data_type == "f":
                cell.data_type = "s"  # what was typed is shown, never computed
            cell.alignment = WRAPPED
        where = f"{get_column_letter(fault.column)}{fault.row}"
        link = page.cell(number, 1)
        link.font = LINK
        link._hyperlink = Hyperlink(ref=link.coordinate, location=f"'{quoted}'!{where}")
        page._hyperlinks.append(link._hyperlink)
    page.freeze_panes = "A2"


# ---- made anew ----------------------------------------------------------------------------------------------


def _rebuild(source: Path, target: Path, sheet: Sheet, faults: Iterable[Fault]) -> None:
    """Row by row in bounded memory; sheets other than the ledger's are copied as they were read."""
    read = CalamineWorkbook.from_path(str(source))
    book = Workbook(write_only=True)
    explained: list[Fault] = []
    ledger = {one.index: one for one in sheet.pages}
    by_sheet = groupby(faults, key=lambda f: f.sheet or sheet.name)
    name_of_next, found = next(by_sheet, ("", ()))
    for index, meta in enumerate(read.sheets_metadata):
        one = ledger.get(index)
        if meta.name == FAULT_SHEET and one is None:
            continue
        page = book.create_sheet(_title(meta.name, book))
        page.sheet_state = "visible" if meta.visible == SheetVisibleEnum.Visible else "hidden"
        if one is None:
            for cells in _rows_of(read, index):
                page.append(_plain(page, cells))
            continue
        page.freeze_panes = f"A{one.header_row + 1}"
        _marked_rows(page, one.filled(), found if name_of_next == one.name else (), explained)
        if name_of_next == one.name:
            name_of_next, found = next(by_sheet, ("", ()))
    page = book.create_sheet(FAULT_SHEET)
    for column, width in enumerate(WIDTHS, 1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.append(HEADERS)
    for fault in explained:
        page.append(_plain(page, line_of(fault)))
    book.save(target)


def _title(name: str, book: Workbook) -> str:
    """The name of a sheet as openpyxl takes it; two that become alike get a number from it."""
    return re.sub(r"[\\*?:/\[\]]", "_", visible(name))[:31] or f"Sheet{len(book.sheetnames) + 1}"


def _rows_of(book: CalamineWorkbook, index: int) -> Iterator[list]:
    """Rows of a sheet; of one that is no table of cells (a chart), none."""
    try:
        yield from book.get_sheet_by_index(index).iter_rows()
    except Exception:
        log.info("sheet %s has no rows", index, exc_info=True)


def _marked_rows(page, rows: Iterator[list], faults: Iterable[Fault], explained: list[Fault]) -> None:
    by_row = groupby(faults, key=lambda f: f.row)
    row, found = next(by_row, (0, ()))
    commented = 0
    for number, cells in enumerate(rows, 1):
        line = _plain(page, cells)
        if number == row:
            wrong: dict[int, list[Fault]] = {}
            for fault in found:
                wrong.setdefault(fault.column, []).append(fault)
                if len(explained) < MOST_LINES:
                    explained.append(fault)
            line += [None] * (max(wrong) - len(line))
            for column, some in wrong.items():
                cell = line[column - 1]
                if not isinstance(cell, Cell):
                    cell = line[column - 1] = WriteOnlyCell(page, value=cell)
                cell.fill = FILL
                if commented < MOST_COMMENTS:
                    cell.comment, commented = comment(some), commented + 1
            row, found = next(by_row, (0, ()))
        page.append(line)


def _plain(page, cells: Iterable) -> list:
    return [_written(page, raw) for raw in cells]


def _written(page, raw: Any):
    """A value as a sheet takes it: text stays text, also where it looks like a formula."""
    if isinstance(raw, str):
        text = visible(raw)[:TEXT_LIMIT] if raw else None
        if not text or text[0] != "=" and not text.startswith("#"):
            return text
        cell = WriteOnlyCell(page, value=text)
        cell.data_type = "s"
        return cell
    plain = isinstance(raw, float | int | datetime.date | datetime.time | datetime.timedelta)
    return raw if plain and not (isinstance(raw, float) and not math.isfinite(raw)) else shown(raw)
