"""The copy of an uploaded workbook with every fault marked: cell coloured, comment, and a sheet 错误说明.

Small workbooks are kept whole. A huge one would not fit into memory, so of it only title, header and the faulty rows are
written, row by row; corrected and sent again they finish the work just as well.
"""

from collections.abc import Iterable, Iterator
from copy import copy
from itertools import groupby
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from core.ledger.faults import Fault
from core.ledger.parsing import shown
from core.ledger.reading import Sheet

FAULT_SHEET = "错误说明"
AUTHOR = "导入核对"
FILL = PatternFill("solid", fgColor="FFFFD9D9")
MOST_CELLS = 400_000  # openpyxl needs about half a kilobyte for each
MOST_COMMENTS = 5_000
MOST_LINES = 100_000
HEADERS = ("行", "列", "栏目", "填写内容", "原因", "可填内容")
WIDTHS = (8, 8, 22, 30, 50, 50)


def mark(source: Path, target: Path, sheet: Sheet, faults: Iterable[Fault]) -> bool:
    """Write the marked copy. `faults` in the order of rows. True when the whole workbook was kept."""
    book = CalamineWorkbook.from_path(str(source))
    sheets = [book.get_sheet_by_index(i) for i in range(len(book.sheet_names))]
    cells = sum(s.total_height * s.total_width for s in sheets)
    del sheets, book
    whole = cells <= MOST_CELLS
    (_mark_whole if whole else _mark_rows)(source, target, sheet, faults)
    return whole


def words(fault: Fault) -> str:
    lines = [f"填写内容：{fault.value or '（空）'}", f"原因：{fault.reason}"]
    return "\n".join([*lines, f"可填：{fault.allowed}"] if fault.allowed else lines)


def comment(text: str) -> Comment:
    return Comment(text, AUTHOR, width=320, height=120)


def _mark_whole(source: Path, target: Path, sheet: Sheet, faults: Iterable[Fault]) -> None:
    book = load_workbook(source, rich_text=True)
    if FAULT_SHEET in book.sheetnames:
        del book[FAULT_SHEET]
    for page in sheet.pages:
        _forget_marks(book[page.name])
    lines = []
    for (name, row, column), group in groupby(faults, key=lambda f: (f.sheet or sheet.name, f.row, f.column)):
        found = list(group)
        cell = book[name].cell(row, column)
        if not isinstance(cell, MergedCell):
            cell.fill = copy(FILL)
            if len(lines) < MOST_COMMENTS:
                cell.comment = comment("\n\n".join(words(f) for f in found))
        if len(lines) < MOST_LINES:
            lines += [(fault, fault.row) for fault in found]
    _explain(book.create_sheet(FAULT_SHEET), lines, sheet.name)
    book.save(target)


def _forget_marks(page) -> None:
    """A marked copy that comes back is marked afresh: what was corrected loses its colour."""
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _explain(page, lines: Iterable[tuple[Fault, int]], sheet_name: str) -> None:
    page.append(HEADERS)
    for number, (fault, row) in enumerate(lines, 2):
        where = f"{get_column_letter(fault.column)}{row}"
        values = (
            row,
            get_column_letter(fault.column),
            fault.header,
            fault.value,
            fault.reason,
            fault.allowed,
        )
        page.append(values)
        for cell in page[number]:
            if cell.data_type == "f":
                cell.data_type = "s"  # what was typed is shown, never computed
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        quoted = (fault.sheet or sheet_name).replace("'", "''")
        page.cell(number, 1).hyperlink = f"#'{quoted}'!{where}"
        page.cell(number, 1).font = Font(color="FF0B57A4", underline="single")
    for cell in page[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFDCE6F1")
    for index, width in enumerate(WIDTHS, 1):
        page.column_dimensions[get_column_letter(index)].width = width
    page.freeze_panes = "A2"


def _mark_rows(source: Path, target: Path, sheet: Sheet, faults: Iterable[Fault]) -> None:
    book = Workbook(write_only=True)
    note = f"原文件过大，此副本只含标题、表头和有问题的行；改正后直接导入即可。{FAULT_SHEET}中的“原行”是原文件的行号。"
    by_row = groupby(faults, key=lambda f: (f.sheet or sheet.name, f.row))
    explained, comments = [], 0
    at, found = _next(by_row)
    for one in sheet.pages:
        page, written = book.create_sheet(one.name), 0
        page.freeze_panes = f"A{one.header_row + 1}"
        for number, cells in enumerate(one.rows(), 1):
            if number > one.header_row and at != (one.name, number):
                if at is None or at[0] != one.name:
                    break
                continue
            wrong = {}
            if at == (one.name, number):
                for fault in found:
                    wrong.setdefault(fault.column, []).append(fault)
            written += 1
            page.append(_cells(page, cells, wrong, comments < MOST_COMMENTS))
            comments += len(wrong)
            if wrong:
                if len(explained) < MOST_LINES:
                    explained += [(fault, written) for group in wrong.values() for fault in group]
                at, found = _next(by_row)
    _explain_rows(book.create_sheet(FAULT_SHEET), explained, note)
    book.save(target)


def _next(by_row) -> tuple[tuple[str, int] | None, list[Fault]]:
    row, group = next(by_row, (None, ()))
    return row, list(group)


def _cells(page, cells: list, wrong: dict[int, list[Fault]], comments: bool) -> Iterator[WriteOnlyCell]:
    width = max(len(cells), max(wrong, default=0))
    for column in range(1, width + 1):
        raw = cells[column - 1] if column <= len(cells) else ""
        cell = WriteOnlyCell(page, value=raw if raw != "" else None)
        if cell.data_type == "f":
            cell.data_type = "s"
        if column in wrong:
            cell.fill = FILL
            if comments:
                cell.comment = comment("\n\n".join(words(f) for f in wrong[column]))
        yield cell


def _explain_rows(page, lines: list[tuple[Fault, int]], note: str) -> None:
    page.append([note])
    page.append(("行", "原行", *HEADERS[1:]))
    for fault, row in lines:
        values = (
            row,
            fault.row,
            get_column_letter(fault.column),
            *fault[2:3],
            fault.value,
            fault.reason,
            fault.allowed,
        )
        out = []
        for value in values:
            cell = WriteOnlyCell(page, value=value if isinstance(value, int) else shown(value))
            if cell.data_type == "f":
                cell.data_type = "s"
            out.append(cell)
        page.append(out)
