"""The habits of leaders' sheets: title, unit row, header, borders, print set-up. One table layout for every sheet."""

import datetime
import math
import unicodedata
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from weakref import WeakKeyDictionary

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
    "average change": "+0.00;-0.00;0.00",
    "order": "0",
    "percent": '0.0"%"',
    "days": "0.0",
}
HEADER_ROW = 3
LINE, ROW, FOOT = 15, 20, 2  # points of a line and of a row of one line; rows under a table
SHORT, TALL = 16, 30  # rows of a short table, points of one of them
MADE: WeakKeyDictionary = (
    WeakKeyDictionary()
)  # workbook → {kind of cell: its style, as openpyxl numbers it there}


@dataclass(frozen=True)
class Col:
    """A column: its header, kind (text, mark for a short centred word, or a name in FORMATS) and width in characters."""

    label: str
    kind: str = "text"
    width: float = 12


def put(cell, value, kind: str = "text", font: Font = BODY) -> None:
    """Write one cell: empty as “—”, text always as text, so that “=…” stays what was typed."""
    if isinstance(value, Decimal):
        value = float(value)
    elif isinstance(value, datetime.date) and value.year < FIRST_YEAR:
        value = value.isoformat()
    if value is None or value == "":
        cell.value, like = "—", "mark"
    elif isinstance(value, str):
        cell.value, cell.data_type = visible(value), "s"
        like = "mark" if kind == "mark" else "text"
        like = f"={like}" if value[:1] in "=+-@" else like
    else:
        cell.value = value
        like = "date" if isinstance(value, datetime.date) else kind if kind in FORMATS else "count"
    made = MADE.setdefault(cell.parent.parent, {})
    style = made.get((like, id(font)))
    if style is None:
        dress(cell, like, font)
        made[like, id(font)] = copy(cell._style)
    else:  # set as a whole: part by part, each is searched for among all of the workbook
        cell._style = copy(style)


def dress(cell, like: str, font: Font) -> None:
    """The look of one kind of cell."""
    cell.border, cell.font = BORDER, font
    name = like.removeprefix("=")
    cell.quotePrefix = like != name
    cell.number_format = FORMATS["text" if name == "mark" else name]
    cell.alignment = {"text": LEFT, "mark": CENTRE, "date": CENTRE, "order": CENTRE}.get(name, RIGHT)


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters; a Chinese one is two wide."""
    room = max(2.0, (width - 1) * 0.95)
    return sum(
        max(1, math.ceil(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part) / room))
        for part in text.split("\n")
    )


def height(values: Sequence, widths: Sequence[float]) -> float:
    """Points of the row that shows every text of it whole."""
    most = max((lines(v, w) for v, w in zip(values, widths, strict=True) if isinstance(v, str)), default=1)
    return ROW + (most - 1) * LINE


def spread(sheet: Worksheet, row: int, text: str, columns: Sequence[Col], font: Font = BODY) -> None:
    """A sentence over the whole width, in a row that is high enough for it."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
    cell = sheet.cell(row, 1, text)
    cell.font, cell.alignment = font, LEFT
    sheet.row_dimensions[row].height = height([text], [sum(c.width for c in columns)])


def head(sheet: Worksheet, title: str, night: datetime.date, unit: str, columns: Sequence[Col]) -> None:
    """Rows 1–3: merged title, unit row in three parts, header."""
    width = len(columns)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].value, sheet["A1"].font, sheet["A1"].alignment = title, TITLE, CENTRE
    sheet.row_dimensions[1].height = 34
    widths = [column.width for column in columns]
    left, right = wide_enough(widths, 25), wide_enough(widths[::-1], 20)
    words = [
        (1, left, "填报单位：长宁区民政局", "left"),
        (
            left + 1,
            max(left + 1, width - right),
            f"数据截至：{night:%Y年}{night.month}月{night.day}日 24 时",
            "center",
        ),
        (width - right + 1, width, f"单位：{unit}", "right"),
    ]
    for start, end, text, side in words[: 3 if left + right < width else 2]:
        if end > start:
            sheet.merge_cells(start_row=2, start_column=start, end_row=2, end_column=end)
        cell = sheet.cell(2, start, text)
        cell.font, cell.alignment = BODY, Alignment(horizontal=side, vertical="center")
    titles(sheet, columns, HEADER_ROW)
    for number, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width


def wide_enough(widths: Sequence[float], least: float) -> int:
    """How many columns from the first on give so many characters."""
    return next((n for n in range(1, len(widths) + 1) if sum(widths[:n]) >= least), len(widths))


def titles(sheet: Worksheet, columns: Sequence[Col], row: int, first: int = 1) -> None:
    """A row of headers from a column on."""
    for number, column in enumerate(columns, first):
        cell = sheet.cell(row, number, column.label)
        cell.font, cell.fill, cell.alignment, cell.border = HEAD, FILL, CENTRE, BORDER
    sheet.row_dimensions[row].height = height([c.label for c in columns], [c.width for c in columns]) + 8


def body(
    sheet: Worksheet, columns: Sequence[Col], rows: Sequence[Sequence], total: Sequence | None = None, red=()
) -> int:
    """Rows under the header, then 合计 in bold; `red` holds (row index, column index) to print red. Last row number.

    The rows of a short table are higher, so that it does not look lost on its page.
    """
    least = ROW if len(rows) > SHORT else TALL
    number, red = HEADER_ROW, set(red)
    widths = [c.width for c in columns]
    for n, values in enumerate(rows):
        number += 1
        for c, (column, value) in enumerate(zip(columns, values, strict=True)):
            put(sheet.cell(number, c + 1), value, column.kind, RED if (n, c) in red else BODY)
        sheet.row_dimensions[number].height = max(least, height(values, widths))
    if total is not None:
        number += 1
        for c, (column, value) in enumerate(zip(columns, total, strict=True)):
            put(sheet.cell(number, c + 1), value, column.kind, BOLD)
        sheet.row_dimensions[number].height = least
    return number


def finish(
    sheet: Worksheet,
    columns: Sequence[Col],
    last: int,
    notes: str = "",
    *,
    pages: int = 1,
    upright: bool = False,
) -> None:
    """Foot line, frozen header, filter; printed on A4: what stands in the columns, on so many pages at most (0: any number)."""
    made = f"制表人：系统自动生成　　审核人：　　　　制表日期：{datetime.date.today():%Y-%m-%d}"
    spread(sheet, last + 1, made, columns)
    if notes:
        spread(sheet, last + FOOT, f"注：{notes}", columns)
    letter = get_column_letter(len(columns))
    sheet.freeze_panes = f"{'C' if len(columns) > 4 else 'A'}{HEADER_ROW + 1}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter}{max(last, HEADER_ROW + 1)}"
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.print_area = f"A1:{letter}{last + FOOT}"
    sheet.page_setup.orientation = "portrait" if upright else "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    sheet.oddFooter.right.text = "内部资料"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom, sheet.page_margins.footer = 0.5, 0.6, 0.3
    sheet.print_options.horizontalCentered = True


def shelve(sheet: Worksheet) -> None:
    """Keep a long list in the workbook without printing it: a hidden sheet is shown when somebody asks for it.

    LibreOffice prints a hidden sheet all the same when it names what is to be printed.
    """
    sheet.sheet_state, sheet.print_area = "hidden", None
