"""概览: one page for leaders: the conclusion, headline figures and changes, where most is missing, two native charts."""

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from core.words import trimmed
from orgs.queries.targets import Figures
from reports.workbook.figures import Book
from reports.workbook.style import (
    BODY,
    BOLD,
    HEAD,
    HEADER_ROW,
    RED,
    ROW,
    Col,
    Font,
    finish,
    head,
    put,
    spread,
    titles,
)

LEAD = Font(name="宋体", size=12, bold=True)
COLUMNS = [
    Col("指标", width=30), Col("数值", "count", 13), *(Col(c, "change", 13) for c in ("较昨日", "较上月末", "较上年末")),
    Col("", width=2), Col("差额最大的十个居委", width=30), Col("街镇", width=16), Col("合计", "count", 11), Col("还差", "gap", 11),
]  # fmt: skip
LEFT, RIGHT = COLUMNS[:5], COLUMNS[6:]
LOWEST = [
    Col("平均数最低的街镇", width=30),
    Col("平均数", "average", 16),
    Col("合计", "count"),
    Col("还差", "gap"),
]
HEADLINES = [
    ("各社区平均数（个）", "average", "average"), ("计入的社区社会组织", "total", "count"), ("其中：注册社会组织", "registered", "count"),
    ("　　　群众活动团队", "teams", "count"), ("　　　社区活动小组", "groups", "count"), ("居委", "communities", "count"),
    ("达到目标的居委", "at_target", "count"), ("低于目标的居委", "below", "count"), ("休眠组织", "dormant", "count"),
]  # fmt: skip
DRAWN, POINTS = 11, 28.35  # rows that a chart covers; points of a centimetre
ASIDE = len(COLUMNS) + 3  # the charts' figures, beyond what is printed


def write(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区社区社会组织情况概览", book.night, "个", COLUMNS)
    spread(sheet, HEADER_ROW, conclusion(book), COLUMNS, LEAD)
    sheet.row_dimensions[HEADER_ROW].height += 14  # its letters are larger
    top = HEADER_ROW + 1
    titles(sheet, LEFT, top)
    titles(sheet, RIGHT, top, 7)
    end = max(
        work(sheet, book, headlines(sheet, book, top)), lowest(sheet, book, worst(sheet, book, top) + 1)
    )
    for row in range(top + 1, end + 1):
        sheet.row_dimensions[row].height = ROW
    last = charts(sheet, book, end + 2)
    nights = "；".join(f"{label}指 {night:%Y-%m-%d}" for label, night, past in book.compared if past)
    finish(sheet, COLUMNS, last, f"{nights}。" if nights else "")
    sheet.auto_filter.ref = None
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    return len(HEADLINES) + 2


def conclusion(book: Book) -> str:
    """What a leader has to know when there is time for one paragraph."""
    f, w = book.total, book.work_total
    if not f.communities:
        return f"{book.night:%Y-%m-%d} 还没有达标快照。"
    said = [
        f"全区 {f.communities:,} 个居委共有计入的社区社会组织 {f.total:,} 个，平均 {f.average:.2f} 个，"
        f"{'达到' if f.met else '未达到'} {trimmed(f.minimum)} 个的目标{since(f, book.past('较上月末'))}。"
    ]
    if book.worst:
        first = book.worst[0]
        said.append(
            f"{f.below:,} 个居委低于目标，共差 {trimmed(f.missing)} 个，差得最多的是{first.community.street.name}"
            f"{first.community.name}（差 {trimmed(first.gap)} 个）；"
        )
        street, figures = book.lowest[0]
        said.append(
            f"平均数最低的街镇是{street.name}（{figures.average:.2f} 个，{'达标' if figures.met else '未达标'}）。"
        )
    else:
        said.append("全部居委都达到目标。")
    said.append(f"备案在办 {w.in_hand:,} 件，其中超期 {w.overdue:,} 件；休眠组织 {f.dormant:,} 个。")
    return "".join(said)


def since(f: Figures, past: Figures | None) -> str:
    """How the average moved since the end of last month."""
    if past is None:
        return ""
    change = f.average - past.average
    return (
        f"，比上月末{'提高' if change > 0 else '下降'} {abs(change):.2f} 个" if change else "，与上月末持平"
    )


def headlines(sheet: Worksheet, book: Book, row: int) -> int:
    """The figures, each with its changes; the target and the verdict under the average. Last row."""
    for label, name, kind in HEADLINES:
        row += 1
        value = getattr(book.total, name)
        put(sheet.cell(row, 1), label)
        put(sheet.cell(row, 2), value, kind, BOLD)
        for column, (_, _, past) in enumerate(book.compared, 3):
            changed = "average change" if kind == "average" else "change"
            put(sheet.cell(row, column), value - getattr(past, name) if past else None, changed)
        if name == "average":
            met = book.total.met
            row = fact(sheet, row, "　　　目标（个）", book.total.minimum, "gap")
            row = fact(
                sheet, row, "　　　是否达标", "达标" if met else "未达标", "mark", BOLD if met else RED
            )
    return row


def fact(
    sheet: Worksheet, row: int, label: str, value, kind: str = "count", font=BOLD, more: str = ""
) -> int:
    """A figure without changes; what is to be said of it stands in their place."""
    row += 1
    put(sheet.cell(row, 1), label)
    put(sheet.cell(row, 2), value, kind, font)
    for column in (3, 4, 5):
        put(sheet.cell(row, column), more or None)
    sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=5)
    return row


def work(sheet: Worksheet, book: Book, row: int) -> int:
    """Filings and events, as they stand and of this year so far."""
    w = book.work_total
    row = fact(sheet, row, "备案在办（件）", w.in_hand)
    row = fact(sheet, row, "　　　其中超期（件）", w.overdue, font=RED if w.overdue else BOLD)
    row = fact(sheet, row, "　　　本年办结（件）", w.decided, more=f"按时办结率 {percent(w.timeliness)}")
    row = fact(sheet, row, "待年度复核的团队", w.unreviewed, more=f"复核完成率 {percent(w.reviewing)}")
    return fact(sheet, row, "本年重大活动（次）", w.events, more=f"按时报告率 {percent(w.reporting)}")


def percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}%"


def worst(sheet: Worksheet, book: Book, row: int) -> int:
    for target in book.worst:
        row += 1
        values = [target.community.name, target.community.street.name, target.total, target.gap]
        for column, (value, kind) in enumerate(zip(values, (c.kind for c in RIGHT), strict=True), 7):
            put(sheet.cell(row, column), value, kind, RED if column == 10 else BODY)
    if not book.worst:
        row += 1
        for column, value in enumerate(("全部居委都达到目标", None, None, None), 7):
            put(sheet.cell(row, column), value)
    return row


def lowest(sheet: Worksheet, book: Book, row: int) -> int:
    titles(sheet, LOWEST, row, 7)
    for street, f in book.lowest:
        row += 1
        values = [street.name, f.average, f.total, f.gap]
        for column, (value, kind) in enumerate(zip(values, (c.kind for c in LOWEST), strict=True), 7):
            put(sheet.cell(row, column), value, kind, BODY if f.met else RED)
    return row


def charts(sheet: Worksheet, book: Book, row: int) -> int:
    """Two charts beside each other from a row on; their figures stand beyond the printed columns. Last row below them."""
    bars = table(sheet, ASIDE, "街镇", [(s.name.removesuffix("街道"), f) for s, f in book.streets])
    months = table(sheet, ASIDE + 4, "截至", [(f"{night:%Y-%m}", f) for night, f in book.trend])
    bar, line = BarChart(), LineChart()
    bar.type, bar.style, bar.title = "col", 10, "各街镇平均数与目标"
    series(sheet, bar, ASIDE, bars, (1,), ("1D5BBF",))
    goal = LineChart()
    series(sheet, goal, ASIDE, bars, (2,), ("B54708",))
    bar += goal
    line.title = "平均数走势（每月最后一晚）"
    series(sheet, line, ASIDE + 4, months, (1, 2), ("1D5BBF", "B54708"))
    for chart, place, width in ((bar, f"A{row}", 16.2), (line, f"G{row}", 13.6)):
        plain(chart, width)
        sheet.add_chart(chart, place)
    for n in range(row, row + DRAWN):
        sheet.row_dimensions[n].height = ROW
    return row + DRAWN - 1


def table(sheet: Worksheet, column: int, label: str, rows: list[tuple[str, Figures]]) -> int:
    """What a chart reads: name, average and target of each row; the last row."""
    for n, words in enumerate((label, "平均数", "目标"), column):
        put(sheet.cell(HEADER_ROW + 1, n), words, font=HEAD)
    for n, (name, figures) in enumerate(rows, HEADER_ROW + 2):
        put(sheet.cell(n, column), name)
        put(sheet.cell(n, column + 1), figures.average, "average")
        put(sheet.cell(n, column + 2), figures.minimum, "average")
    return HEADER_ROW + 1 + max(1, len(rows))


def series(sheet: Worksheet, chart, column: int, last: int, offsets, colours) -> None:
    for offset, colour in zip(offsets, colours, strict=True):
        chart.add_data(
            Reference(sheet, min_col=column + offset, min_row=HEADER_ROW + 1, max_row=last),
            titles_from_data=True,
        )
        drawn = chart.series[-1].graphicalProperties
        if isinstance(chart, LineChart):
            drawn.line.solidFill, chart.series[-1].smooth = colour, False
        else:
            drawn.solidFill = colour
    chart.set_categories(Reference(sheet, min_col=column, min_row=HEADER_ROW + 2, max_row=last))


def plain(chart, width: float) -> None:
    """Zero-based axis, both axes shown, no clutter."""
    chart.height, chart.width = (DRAWN - 0.5) * ROW / POINTS, width
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend.position = "b"
