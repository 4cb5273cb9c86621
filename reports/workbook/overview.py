"""概览: one page for leaders: headline figures, changes, the ten communities that lack most, two native charts."""

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.figures import Book
from reports.workbook.style import BODY, BOLD, CENTRE, FILL, HEAD, RED, Col, finish, head, put

COLUMNS = [
    Col("指标", width=26),
    Col("数值", "count", 13),
    *(Col(c, "change", 13) for c in ("较昨日", "较上月末", "较上年末")),
]
HEADLINES = [
    ("各社区平均数（个）", "average", "average"), ("计入的社区社会组织", "total", "count"), ("其中：注册社会组织", "registered", "count"),
    ("　　　群众活动团队", "teams", "count"), ("　　　社区活动小组", "groups", "count"), ("居委", "communities", "count"),
    ("达到目标的居委", "at_target", "count"), ("低于目标的居委", "below", "count"), ("休眠组织", "dormant", "count"),
]  # fmt: skip
CHART_ROW = 32


def write(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区社区社会组织情况概览", book.night, "个", COLUMNS)
    row = 3
    for label, name, kind in HEADLINES:
        row += 1
        value = getattr(book.total, name)
        put(sheet.cell(row, 1), label)
        put(sheet.cell(row, 2), value, kind, BOLD)
        for column, (_, _, past) in enumerate(book.compared, 3):
            put(sheet.cell(row, column), value - getattr(past, name) if past else None, "change")
            if kind == "average" and past:
                sheet.cell(row, column).number_format = "+0.00;-0.00;0.00"
    put(sheet.cell(row + 1, 1), "平均数目标")
    put(sheet.cell(row + 1, 2), book.total.minimum, "average", BOLD)
    put(sheet.cell(row + 1, 3), "达标" if book.total.met else "未达标", font=BOLD if book.total.met else RED)
    for column in (4, 5):
        put(sheet.cell(row + 1, column), None)
    last = worst(sheet, book, row + 3)
    charts(sheet, book)
    nights = "；".join(f"{label}指 {night:%Y-%m-%d}" for label, night, past in book.compared if past)
    finish(sheet, COLUMNS, last, nights)
    sheet.auto_filter.ref = None
    sheet.freeze_panes = "A4"
    return len(HEADLINES) + 1


def worst(sheet: Worksheet, book: Book, row: int) -> int:
    labels = ["差额最大的十个居委", "街镇", "合计", "目标", "还差"]
    for column, label in enumerate(labels, 1):
        cell = sheet.cell(row, column)
        put(cell, label, font=HEAD)
        cell.fill, cell.alignment = FILL, CENTRE
    for target in book.worst:
        row += 1
        values = [
            target.community.name,
            target.community.street.name,
            target.total,
            target.policy.minimum,
            target.gap,
        ]
        for column, value in enumerate(values, 1):
            put(sheet.cell(row, column), value, "gap", RED if column == 5 else BODY)
    if not book.worst:
        row += 1
        put(sheet.cell(row, 1), "全部居委都达到目标")
    return row


def charts(sheet: Worksheet, book: Book) -> None:
    """Both charts read the cells beside them, which print as their table."""
    first, column = 4, 8
    for n, label in enumerate(("街镇", "平均数", "目标"), column):
        put(sheet.cell(3, n), label, font=HEAD)
    for n, (street, figures) in enumerate(book.streets, first):
        put(sheet.cell(n, column), street.name.removesuffix("街道"))
        put(sheet.cell(n, column + 1), figures.average, "average")
        put(sheet.cell(n, column + 2), figures.minimum, "average")
    end = first + len(book.streets) - 1
    bar = BarChart()
    bar.type, bar.style, bar.title = "col", 10, "各街镇平均数与目标"
    bar.add_data(Reference(sheet, min_col=column + 1, min_row=3, max_row=max(end, 4)), titles_from_data=True)
    names = Reference(sheet, min_col=column, min_row=first, max_row=max(end, 4))
    bar.set_categories(names)
    line = LineChart()
    line.add_data(Reference(sheet, min_col=column + 2, min_row=3, max_row=max(end, 4)), titles_from_data=True)
    line.series[0].graphicalProperties.line.solidFill = "B54708"
    bar.series[0].graphicalProperties.solidFill = "1D5BBF"
    bar += line
    dress(bar)
    sheet.add_chart(bar, f"A{CHART_ROW}")
    trend(sheet, book, column + 4)


def trend(sheet: Worksheet, book: Book, column: int) -> None:
    for n, label in enumerate(("截至", "平均数", "目标"), column):
        put(sheet.cell(3, n), label, font=HEAD)
    for n, (night, figures) in enumerate(book.trend, 4):
        put(sheet.cell(n, column), f"{night:%Y-%m}")
        put(sheet.cell(n, column + 1), figures.average, "average")
        put(sheet.cell(n, column + 2), figures.minimum, "average")
    end = max(4, 3 + len(book.trend))
    chart = LineChart()
    chart.title = "平均数走势（每月最后一晚）"
    chart.add_data(
        Reference(sheet, min_col=column + 1, max_col=column + 2, min_row=3, max_row=end),
        titles_from_data=True,
    )
    chart.set_categories(Reference(sheet, min_col=column, min_row=4, max_row=end))
    for series, colour in zip(chart.series, ("1D5BBF", "B54708"), strict=True):
        series.graphicalProperties.line.solidFill, series.smooth = colour, False
    dress(chart)
    sheet.add_chart(chart, f"H{CHART_ROW}")


def dress(chart) -> None:
    """Zero-based axis, both axes shown, no clutter."""
    chart.height, chart.width = 8.5, 17
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.legend.position = "b"
