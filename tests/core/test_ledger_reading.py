"""Sheets and columns as staff keep them: what is read, what is left out, and that it is told."""

import openpyxl
import pytest

from core.files.guard import Refused
from core.ledger import parsing
from core.ledger.columns import Ledger, LedgerColumn
from core.ledger.faults import Parser
from core.ledger.reading import PER_PAGE, open_ledger

TEAMS = Ledger(
    "teams",
    "团队名册",
    "团队名册",
    [
        LedgerColumn("name", "团队名称", parsing.text(40), needed=True, required=True),
        LedgerColumn("community", "所属社区", parsing.text(40), aliases=("居委",), needed=True, required=True),
        LedgerColumn("leader", "负责人", parsing.text(40), aliases=("负责人姓名",), needed=True, required=True),
        LedgerColumn("gender", "性别", parsing.text(4), aliases=("负责人性别",)),
        LedgerColumn("members", "参加人数", parsing.whole(), empty=None),
        LedgerColumn("phone", "联系电话", parsing.phone),
        LedgerColumn("capital", "注册资金(万元)", parsing.amount(10**9, True), empty=None, units={"元": parsing.amount(10**9, True, True)}),
        LedgerColumn("contact", "联系人", parsing.text(40)),
    ],
    identity=[("community", "name")],
)  # fmt: skip
HEAD = ["序号", "团队名称", "所属社区", "负责人", "参加人数"]


@pytest.fixture
def workbook(tmp_path):
    """(sheet name → rows) → path; `change` may work on the openpyxl book."""

    def make(change=None, **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            page = book.create_sheet(name)
            for row in rows:
                page.append(row)
        if change:
            change(book)
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return make


def read(path):
    """(the sheet, each row as {field: value} with its place)."""
    sheet = open_ledger(path, TEAMS)
    parser = Parser(sheet)
    rows = [dict(zip(parser.fields, p.values, strict=True)) | {"row": p.row} for p in parser.rows()]
    return sheet, rows


def test_every_visible_sheet_is_read_whatever_the_order_of_its_columns(workbook):
    path = workbook(
        华一=[HEAD, [1, "甲队", "华一", "王", 12]],
        华二=[["题目"], HEAD, [1, "乙队", "华二", "李", 13], [2, "丙队", "华二", "张", 14]],
        华三=[["负责人", "居委", "团队名称"], ["赵", "华三", "丁队"]],
        说明=[["填表说明"], ["请如实填写"]],
    )
    sheet, rows = read(path)
    assert [(r["name"], r["community"], r["leader"], r["members"]) for r in rows] == [
        ("甲队", "华一", "王", 12), ("乙队", "华二", "李", 13), ("丙队", "华二", "张", 14), ("丁队", "华三", "赵", None)
    ]  # fmt: skip
    assert [r["row"] for r in rows] == [2, PER_PAGE + 3, PER_PAGE + 4, 2 * PER_PAGE + 2]
    assert [(sheet.where(r["row"])[0].name, sheet.where(r["row"])[1]) for r in rows][1:3] == [
        ("华二", 3),
        ("华二", 4),
    ]
    assert (
        sheet.position("leader", rows[-1]["row"]) == 1 and sheet.position("members", rows[-1]["row"]) is None
    )
    assert sheet.notes[0] == "读取了 3 张工作表：华一、华二、华三。"


def test_hidden_sheet_is_left_out_and_named(workbook):
    def hide(book):
        book["去年"].sheet_state = "hidden"

    path = workbook(
        hide, 去年=[HEAD, [1, "旧队", "华一", "王", 12]], 今年=[HEAD, [1, "新队", "华一", "王", 12]]
    )
    sheet, rows = read(path)
    assert [r["name"] for r in rows] == ["新队"]
    assert "没有读取隐藏的工作表“去年”。" in sheet.notes


def test_header_only_on_a_hidden_sheet_is_told(workbook):
    def hide(book):
        book["去年"].sheet_state = "veryHidden"

    with pytest.raises(Refused, match="隐藏的工作表“去年”"):
        read(workbook(hide, 封面=[["封面"]], 去年=[HEAD, [1, "旧队", "华一", "王", 12]]))


def test_summary_that_only_repeats_is_named_and_left_out(workbook):
    one, two = [1, "甲队", "华一", "王", 12], [1, "乙队", "华二", "李", 13]
    sheet, rows = read(workbook(汇总=[HEAD, one, [2, *two[1:]]], 华一=[HEAD, one], 华二=[HEAD, two]))
    assert [r["name"] for r in rows] == ["甲队", "乙队"]
    assert [p.name for p in sheet.pages] == ["华一", "华二"]
    assert "工作表“汇总”只是重复其他工作表的内容，没有读取。" in sheet.notes


def test_row_on_two_sheets_counts_once_unless_it_says_something_else(workbook):
    same, other = [1, "甲队", "华一", "王", 12], [2, "乙队", "华一", "李", 13]
    sheet, rows = read(
        workbook(
            一=[HEAD, same, other],
            二=[HEAD, same, [2, "乙队", "华一", "李", 99], [3, "丙队", "华一", "张", 1]],
        )
    )
    assert [(r["name"], r["members"]) for r in rows] == [
        ("甲队", 12),
        ("乙队", 13),
        ("乙队", 99),
        ("丙队", 1),
    ]
    assert "工作表“二”有 1 行在别的工作表上已有，只计一次。" in sheet.notes


def test_units_and_brackets_in_headers_do_not_hide_a_column(workbook):
    head = [
        "团队名称（全称）",
        "所属社区【居委会】",
        "负责人（召集人）",
        "参加人数（人）",
        "联系电话\n（手机）",
        "注册资金（元）",
        "备 注 栏",
    ]
    sheet, (row,) = read(workbook(a=[head, ["甲队", "华一", "王", 12, "13800138000", 30000, "x"]]))
    assert (row["name"], row["leader"], row["members"], row["phone"], row["capital"]) == (
        "甲队",
        "王",
        12,
        "13800138000",
        3,
    )
    assert sheet.notes == ["没有识别的栏目（内容不导入）：备 注 栏。"]


def test_invisible_characters_in_a_header_do_not_hide_a_column(workbook):
    _, rows = read(
        workbook(a=[["\u200b团队\ufeff名称", "所属社区\u202a", "负责人\u2060"], ["甲队", "华一", "王"]])
    )
    assert rows[0]["name"] == "甲队"


def test_header_in_full_goes_before_one_that_fits_without_its_brackets(workbook):
    head = ["团队名称", "所属社区", "负责人", "联系电话（座机）", "联系电话"]
    sheet, (row,) = read(workbook(a=[head, ["甲队", "华一", "王", "62501234", "13800138000"]]))
    assert row["phone"] == "13800138000"
    assert (
        "没有识别的栏目（内容不导入）：联系电话(座机)。".replace("(", "（").replace(")", "）") in sheet.notes
    )


@pytest.mark.parametrize("merged", [True, False])
def test_header_of_two_rows_is_read_as_one(workbook, merged):
    def merge(book):
        if merged:
            for cells in ("A1:A2", "B1:B2", "C1:E1", "F1:G1"):
                book["a"].merge_cells(cells)

    upper = ["团队名称", "所属社区", "负责人", None, None, "联系人", None]
    lower = [None, None, "姓名", "性别", "职业", "姓名", "性别"]
    data = [
        ["甲队", "华一", "王", "女", "退休", "李", "男"],
        upper,
        lower,
        ["乙队", "华一", "赵", "男", "", "", ""],
    ]
    sheet, rows = read(workbook(merge, a=[upper, lower, *data]))
    assert [(r["name"], r["leader"], r["gender"], r["contact"]) for r in rows] == [
        ("甲队", "王", "女", "李"),
        ("乙队", "赵", "男", ""),
    ]
    assert sheet.header_row == 2
    assert sheet.notes == ["没有识别的栏目（内容不导入）：负责人职业、联系人性别。"]


def test_titles_over_a_header_are_not_taken_for_columns(workbook):
    upper = ["基本情况", None, None, "其他情况", None]
    _, rows = read(workbook(a=[["名册"], upper, HEAD[1:] + ["联系电话"], ["甲队", "华一", "王", 12, "无"]]))
    assert [(r["name"], r["members"]) for r in rows] == [("甲队", 12)]


def test_absent_required_column_is_a_fault_of_the_file_that_says_which(workbook):
    path = workbook(a=[["团队名称", "所属社区", "带头人", "参加人数"], ["甲队", "华一", "王", 12]])
    with pytest.raises(Refused, match="缺少必需的栏目：负责人。没有识别的栏目：带头人。"):
        read(path)


def test_sheet_whose_header_lacks_a_column_is_named_beside_the_others(workbook):
    sheet, rows = read(
        workbook(
            好=[HEAD, [1, "甲队", "华一", "王", 12]],
            缺=[["团队名称", "所属社区", "参加人数"], ["乙队", "华二", 3]],
        )
    )
    assert [r["name"] for r in rows] == ["甲队"]
    assert "工作表“缺”没有读取：表头缺少负责人。" in sheet.notes


def test_merged_cells_carry_their_value_downwards_and_nothing_else_does(workbook):
    def merge(book):
        book["a"].merge_cells("C2:C4")
        book["a"].merge_cells("E3:E4")

    rows = [HEAD, [1, "甲队", "华一", "王", 1], [2, "乙队", None, "李", 5], [3, "丙队", None, "张", None],
            [4, "丁队", None, "赵", None], [None] * 5]  # fmt: skip
    _, found = read(workbook(merge, a=rows))
    assert [(r["community"], r["members"]) for r in found] == [
        ("华一", 1),
        ("华一", 5),
        ("华一", 5),
        ("", None),
    ]


@pytest.mark.parametrize(
    "row",
    [
        ["共 2 个团队"], ["（以下空白）"], ["（盖章）"], ["华阳路街道（盖章）"], ["第1页，共1页"], ["2026-10-31"], ["2026年10月31日"],
        [None, None, None, "2026.10.31"], ["合计：", None, None, None, 25], ["总计2个", None, None, None, 25],
        ["小计（华一）", 2], [None, "合 计", None, None, 25], [1, "（示例）合唱队", "华一", "王", 12], ["示例", "合唱队", "华一", "王", 12],
        [1, 2, 3, 4, 5], ["（1）", "（2）", "（3）", "（4）", "（5）"], ["①", "②", "③", "④", "⑤"], ["填报人：王某", None, "审核人：李某"],
        ["注：以上为在册团队"], ["  ", "—", "/", None, "\u200b"], HEAD,
    ],
)  # fmt: skip
def test_row_that_speaks_of_nothing_is_no_data(workbook, row):
    _, rows = read(workbook(a=[HEAD, row, [1, "甲队", "华一", "王", 12], row]))
    assert [r["name"] for r in rows] == ["甲队"]


@pytest.mark.parametrize(
    "name",
    ["共享花园队", "第1支部合唱队", "（长宁）合唱队", "例外合唱队", "123队", "备注合唱队", "2024迎春队"],
)
def test_name_that_only_resembles_a_footer_is_data(workbook, name):
    _, rows = read(workbook(a=[HEAD, [1, name, "华一", "王", 12], [None, name, "华一", "王", 12]]))
    assert [r["name"] for r in rows] == [parsing.clean(name)] * 2
