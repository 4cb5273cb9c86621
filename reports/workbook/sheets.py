"""The sheets behind the overview. Every figure comes from the one Book."""

from openpyxl.worksheet.worksheet import Worksheet

from filings.queries.progress import Progress
from orgs.queries.targets import Figures
from reports.workbook.figures import CATEGORIES, Book
from reports.workbook.style import Col, body, finish, head, shelve

STREETS = [
    Col("序号", "order", 6), Col("街镇", width=16), Col("社区数", "count", 9), Col("注册社会组织数", "count"), Col("群众活动团队数", "count"),
    Col("社区活动小组数", "count"), Col("合计", "count", 9), Col("平均数", "average", 10), Col("达标(≥目标)", "mark"), Col("未达标社区数", "count"),
    Col("差额", "count", 9), Col("公益慈善", "count", 10), Col("生活服务", "count", 10), Col("社区事务", "count", 10),
    Col("文体活动", "count", 10), Col("较上期增减", "change", 11),
]  # fmt: skip
WORK = [
    Col("序号", "order", 6), Col("街镇", width=16), Col("备案在办", "count", 10), Col("其中超期", "count", 10), Col("本年办结", "count", 10),
    Col("按时办结率", "percent", 11), Col("平均用时(天)", "days", 11), Col("在册团队", "count", 10), Col("待年度复核", "count", 11),
    Col("复核完成率", "percent", 11), Col("活动小组", "count", 10), Col("待年度确认", "count", 11), Col("确认完成率", "percent", 11),
    Col("本年重大活动", "count", 11), Col("按时报告率", "percent", 11),
]  # fmt: skip
COMMUNITIES = [
    Col("序号", "order", 6), Col("街镇", width=14), Col("居委", width=22), Col("居委代码", width=15), Col("注册社会组织", "count", 10),
    Col("群众活动团队", "count", 10), Col("社区活动小组", "count", 10), Col("合计", "count", 8), Col("是否达标", "mark", 11), Col("差额", "gap", 8),
    Col("其中休眠", "count", 8),
]  # fmt: skip
ONE_PAGE, FOUR_PAGES = 60, 260  # rows that are still read without a glass
REGISTER = [
    Col("序号", "order", 7), Col("层级", width=14), Col("名称", width=38), Col("街镇", width=14), Col("居委", width=20), Col("状态", "mark", 10),
    Col("类别", width=12), Col("统一社会信用代码", width=21), Col("备案编号", width=21), Col("社会组织类型", width=14),
    Col("成立日期", "date"), Col("证书有效期", "date"), Col("评估等级", "mark", 9), Col("等级有效期", "date"), Col("成员数", "count", 8),
    Col("从业人员数", "count", 9), Col("最近活动日期", "date"), Col("活跃情况", "mark", 10),
]  # fmt: skip
DORMANT = [
    Col("序号", "order", 7), Col("层级", width=16), Col("名称", width=40), Col("街镇", width=16), Col("居委", width=22),
    Col("最近活动日期", "date", 14), Col("未活动天数", "count", 12),
]  # fmt: skip


def street_row(
    number: int | None, name: str, f: Figures, categories: dict[str, int], before: Figures | None
) -> list:
    return [
        number, name, f.communities, f.registered, f.teams, f.groups, f.total, f.average, "达标" if f.met else "未达标", f.below,
        f.gap, *(categories.get(c, 0) for c in CATEGORIES), f.total - before.total if before else None,
    ]  # fmt: skip


def streets(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区各街镇社区社会组织达标表", book.night, "个", STREETS)
    rows = [
        street_row(n, street.name, f, book.categories.get(street.pk, {}), book.before.get(street.pk))
        for n, (street, f) in enumerate(book.streets, 1)
    ]
    every = {c: sum(found.get(c, 0) for found in book.categories.values()) for c in CATEGORIES}
    total = street_row(None, "合计", book.total, every, book.past("较上月末"))
    red = [(n, 8) for n, (_, f) in enumerate(book.streets) if not f.met]
    last = body(sheet, STREETS, rows, total, red)
    notes = "差额为全街镇达到平均数目标还缺的个数；“其他”类别不单列；较上期为较上月末。"
    finish(sheet, STREETS, last, notes, pages=1 if len(rows) <= ONE_PAGE else 0)
    return len(rows)


def work(sheet: Worksheet, book: Book) -> int:
    """Filings, yearly reviews, groups and major events, street by street."""
    head(sheet, "长宁区各街镇备案与活动办理情况", book.night, "件、个、次", WORK)
    rows = [work_row(n, p.place.name, p) for n, p in enumerate(book.work, 1)]
    red = [(n, 3) for n, p in enumerate(book.work) if p.overdue]
    last = body(sheet, WORK, rows, work_row(None, "合计", book.work_total), red)
    notes = (
        "在办、超期、复核、确认为生成报表时的数字；办结、重大活动为本年 1 月 1 日起。超期为在办中已过期限的；"
        "按时办结率为期限内办结的占办结的比例，补正期间不计时；按时报告率为期限前报告的占登记为重大活动的比例。"
    )
    finish(sheet, WORK, last, notes, pages=1 if len(rows) <= ONE_PAGE else 0)
    return len(rows)


def work_row(number: int | None, name: str, p: Progress) -> list:
    return [
        number, name, p.in_hand, p.overdue, p.decided, p.timeliness, p.average_days, p.teams, p.unreviewed, p.reviewing,
        p.groups, p.unconfirmed, p.confirming, p.events, p.reporting,
    ]  # fmt: skip


def communities(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区各居委社区社会组织明细表", book.night, "个", COMMUNITIES)
    rows = [
        [n, r.community.street.name, r.community.name, r.community.code, r.registered, r.teams, r.groups, r.total,
         "未达标" if r.gap else "达标", r.gap, r.dormant]
        for n, r in enumerate(book.rows, 1)
    ]  # fmt: skip
    f = book.total
    total = [
        None, "合计", None, None, f.registered, f.teams, f.groups, f.total, f"{f.at_target} 个达标", f.missing, f.dormant,
    ]  # fmt: skip
    last = body(
        sheet, COMMUNITIES, rows, total, [(n, c) for n, r in enumerate(book.rows) if r.gap for c in (8, 9)]
    )
    finish(sheet, COMMUNITIES, last, "逐个居委的差额用于工作安排；政策考核看平均数。", pages=4, upright=True)
    if len(rows) > FOUR_PAGES:
        shelve(sheet)
    return len(rows)


def register(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区社区社会组织三级名册", book.night, "个、人", REGISTER)
    last = body(sheet, REGISTER, [[n, *row] for n, row in enumerate(book.register, 1)])
    finish(sheet, REGISTER, last, "全部状态都列出；不含个人信息。", pages=0)
    shelve(sheet)
    return len(book.register)


def dormant(sheet: Worksheet, book: Book) -> int:
    head(sheet, "长宁区休眠社区社会组织名单", book.night, "个、天", DORMANT)
    last = body(sheet, DORMANT, [[n, *row] for n, row in enumerate(book.dormant, 1)])
    finish(sheet, DORMANT, last, "按未活动天数从多到少；从未登记活动的按成立日期起算。", pages=0)
    shelve(sheet)
    return len(book.dormant)
