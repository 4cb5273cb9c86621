"""The empty form of a ledger: title, unit row, header, drop-downs, text cells for codes, and 填写说明."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from core.ledger.columns import Ledger, LedgerColumn

HEADER_ROW = 3
FORM_ROWS = 1_000
FORMATS = {"code": "@", "date": "yyyy-mm-dd", "text": "General", "number": "General"}
OPTIONS = "选项"


def write_template(ledger: Ledger, path: Path, unit: str, options: Mapping[str, Sequence[str]]) -> None:
    """options: field → words of its drop-down, for the columns whose words only the caller knows (places)."""
    columns = [c for c in ledger.columns if c.kind != "hidden"]
    book = Workbook()
    page = book.active
    page.title = ledger.name[:31]
    hints = book.create_sheet("填写说明")
    lists = book.create_sheet(OPTIONS)
    last = get_column_letter(len(columns) + 1)
    page["A1"], page["A2"] = ledger.title, f"填报单位：{unit}"
    page["A1"].font, page["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    page.merge_cells(f"A1:{last}1")
    page.merge_cells(f"A2:{last}2")
    _header(page, 1, "序号", "")
    page.column_dimensions["A"].width = 6
    for index, column in enumerate(columns, 2):
        words = list(options.get(column.field, ())) or ([] if column.kind == "several" else column.words())
        _header(page, index, column.header, _hint(column, words))
        _body(page, index, column)
        if words:
            _drop_down(page, lists, index, column, words)
    page.freeze_panes = f"C{HEADER_ROW + 1}"
    page.print_title_rows = f"1:{HEADER_ROW}"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    _hints(hints, ledger, columns, options)
    lists.sheet_state = "hidden"
    book.save(path)


def _header(page, index: int, text: str, hint: str) -> None:
    cell = page.cell(HEADER_ROW, index, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="FFDCE6F1")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    cell.border = Border(*[Side("thin", color="FFB0B7C0")] * 4)
    if hint:
        cell.comment = Comment(hint, "模板", width=260, height=90)


def _body(page, index: int, column: LedgerColumn) -> None:
    """Formats belong to the column, so that a thousand empty rows need no cells."""
    dimension = page.column_dimensions[get_column_letter(index)]
    dimension.width = column.width
    dimension.number_format = FORMATS.get(column.kind, "General")


def _hint(column: LedgerColumn, words: Sequence[str]) -> str:
    parts = ["必填" if column.required else "可不填"]
    if column.kind == "date":
        parts.append("如 2026-06-30")
    if column.kind == "several":
        parts.append(f"可填多项，用“、”隔开：{'、'.join(column.words())}")
    elif words and len(words) <= 12:
        parts.append(f"可填：{'、'.join(words)}")
    return "；".join(parts)


def _drop_down(page, lists, index: int, column: LedgerColumn, words: Sequence[str]) -> None:
    letter, at = get_column_letter(index), lists.max_column + (1 if lists["A1"].value else 0)
    for row, word in enumerate([column.header, *words], 1):
        lists.cell(row, at, word)
    source = get_column_letter(at)
    rule = DataValidation(
        type="list",
        formula1=f"{OPTIONS}!${source}$2:${source}${len(words) + 1}",
        allow_blank=not column.required,
    )
    rule.error, rule.errorTitle = f"请从下拉框中选择“{column.header}”", "不在可填内容之内"
    rule.showErrorMessage = True
    rule.errorStyle = "warning"  # another spelling that the import understands stays possible
    rule.add(f"{letter}{HEADER_ROW + 1}:{letter}{HEADER_ROW + FORM_ROWS}")
    page.add_data_validation(rule)


def _hints(
    page, ledger: Ledger, columns: Sequence[LedgerColumn], options: Mapping[str, Sequence[str]]
) -> None:
    page.append(("栏目", "是否必填", "说明"))
    for column in columns:
        words = list(options.get(column.field, ())) or column.words()
        page.append(
            (column.header, "必填" if column.required else "", _hint(column, words).partition("；")[2])
        )
    for note in ("表头不要改动；栏目可以少，次序可以变。", "合计、制表人等行不会被读取。", *ledger.notes):
        page.append((note,))
    for cell in page[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABC", (28, 10, 90), strict=True):
        page.column_dimensions[letter].width = width
