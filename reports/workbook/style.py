"""The habits of leaders' sheets: title, unit row, header, borders, print set-up. One table layout for every sheet."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from core.models.entered import FIRST_YEAR
from core.words import visible

THIN = Side(style="thin", color="808080")
BORDER = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TITLE = Font(name="黑体", size=18, bold=True)
HEAD = Font(name="宋体", size=11, bold=True)
BODY = Font(name="宋体", size=11)
BOLD = Font(name="宋体", size=11, bold=True)
RED = Font(name="宋体", size=11, color="C00000")
FILL = PatternFill("solid", fgColor="DCE6F1")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right", vertical="center")
FORMATS = {
    "count": "#,##0",
    "average": "#,##0.00",
    "gap": "#,##0.#",
    "date": "yyyy-mm-dd",
    "text": "@",
    "change": "+#,##0;-#,##0;0",
}
HEADER_ROW = 3


@dataclass(frozen=True)
class Col:
    """A column: its header, kind (text, mark for a short centred word, count, average, change, date) and width in characters."""

    label: str
    kind: str = "text"
    width: float = 12


def put(cell, value, kind: str = "text", font: Font = BODY) -> None:
    """Write one cell: empty as “—”, text always as text, so that “=…” stays what was typed."""
    cell.border, cell.font = BORDER, font
    if value is None or value == "":
        cell.value, cell.alignment = "—", CENTRE
        return
    if isinstance(value, Decimal):
        value = float(value)
    elif isinstance(value, datetime.date) and value.year < FIRST_YEAR:
        value = value.isoformat()
    cell.value = visible(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = value[:1] in "=+-@"
        cell.alignment = CENTRE if kind == "mark" else LEFT
    elif isinstance(value, datetime.date):
        cell.number_format, cell.alignment = FORMATS["date"], CENTRE
    else:
        cell.number_format, cell.alignment = FORMATS.get(kind, "#,##0"), RIGHT


def head(sheet: Worksheet, title: str, night: datetime.date, unit: str, columns: Sequence[Col]) -> None:
    """Rows 1–3: merged title, unit row in three parts, header."""
    width = len(columns)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].value, sheet["A1"].font, sheet["A1"].alignment = title, TITLE, CENTRE
    sheet.row_dimensions[1].height = 34
    third = max(1, width // 3)
    spans = [
        (1, third),
        (third + 1, max(third + 1, width - third)),
        (max(third + 2, width - third + 1), width),
    ]
    words = [
        "填报单位：长宁区民政局",
        f"数据截至：{night:%Y年}{night.month}月{night.day}日 24 时",
        f"单位：{unit}",
    ]
    for (start, end), text, side in zip(spans, words, ("left", "center", "right"), strict=True):
        if end > start:
            sheet.merge_cells(start_row=2, start_column=start, end_row=2, end_column=end)
        cell = sheet.cell(2, start, text)
        cell.font, cell.alignment = BODY, Alignment(horizontal=side, vertical="center")
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(HEADER_ROW, number, column.label)
        cell.font, cell.fill, cell.alignment, cell.border = HEAD, FILL, CENTRE, BORDER
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.row_dimensions[HEADER_ROW].height = 34


def body(
    sheet: Worksheet, columns: Sequence[Col], rows: Sequence[Sequence], total: Sequence | None = None, red=()
) -> int:
    """Rows under the header, then 合计 in bold; `red` holds (row index, column index) to print red. Last row number."""
    number = HEADER_ROW
    red = set(red)
    for n, values in enumerate(rows):
        number += 1
        for c, (column, value) in enumerate(zip(columns, values, strict=True)):
            put(sheet.cell(number, c + 1), value, column.kind, RED if (n, c) in red else BODY)
        sheet.row_dimensions[number].height = 21
    if total is not None:
        number += 1
        for c, (column, value) in enumerate(zip(columns, total, strict=True)):
            put(sheet.cell(number, c + 1), value, column.kind, BOLD)
        sheet.row_dimensions[number].height = 22
    return number


def finish(sheet: Worksheet, columns: Sequence[Col], last: int, notes: str = "") -> None:
    """Foot line, frozen header, filter, print titles, A4 landscape on one page's width, page numbers."""
    line = sheet.cell(
        last + 1, 1, f"制表人：系统自动生成　　审核人：　　　　制表日期：{datetime.date.today():%Y-%m-%d}"
    )
    line.font, line.alignment = BODY, Alignment(horizontal="left")
    if notes:
        sheet.cell(last + 2, 1, f"注：{notes}").font = BODY
    letter = get_column_letter(len(columns))
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 3 if len(columns) > 4 else 1)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter}{max(last, HEADER_ROW + 1)}"
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    page(sheet)


def page(sheet: Worksheet) -> None:
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    sheet.oddFooter.right.text = "内部资料"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.6, 0.8, 0.35
    sheet.print_options.horizontalCentered = True
