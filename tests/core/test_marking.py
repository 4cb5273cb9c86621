"""The marked copy: whatever the original is made of, it costs little and marks every fault where it stands."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from core.ledger import marking
from core.ledger.faults import Fault, Parser
from core.ledger.marking import FAULT_SHEET, mark
from core.ledger.reading import open_ledger
from core.ledger.unknown import NO_RESULT
from tests.core.test_ledger_guard import LEDGER, with_part, workbook

ROWS = [
    ["物品登记表"],
    ["名称", "日期", "数量"],
    ["甲", "2024-1-2", 3],
    ["乙", "下周", "三个"],
    ["=1+1", "2024-1-3", 5],
]
STYLES = "xl/styles.xml"


def marked(path: Path) -> tuple[bool, openpyxl.Workbook]:
    """(whether the workbook itself was kept, the copy) of a ledger with its faults marked."""
    sheet = open_ledger(path, LEDGER)
    faults = [fault for row in Parser(sheet).rows() for fault in row.faults]
    target = path.with_name("marked.xlsx")
    whole = mark(path, target, sheet, faults)
    return whole, openpyxl.load_workbook(target)


def faults_marked(book) -> dict[str, str]:
    """Address → comment of the coloured cells of the ledger's sheet."""
    cells = [c for row in book.worksheets[0] for c in row if c.fill.fgColor.rgb == "FFFFD9D9"]
    return {c.coordinate: c.comment.text for c in cells}


@pytest.fixture
def ledger(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "物品"
    for row in ROWS:
        book.active.append(row)
    book.active["A5"].data_type = "s"
    book.create_sheet("填表说明").append(["每行一件"])
    book.save(tmp_path / "ledger.xlsx")
    return tmp_path / "ledger.xlsx"


def changed(path: Path, part: str, pattern: str, by: str) -> Path:
    """The workbook with something of one part replaced."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read(part).decode()
    assert re.search(pattern, text), text[:2000]
    return with_part(path, path.with_name("odd.xlsx"), part, re.sub(pattern, by, text, flags=re.S).encode())


def check(whole: bool, book) -> None:
    found = faults_marked(book)
    assert set(found) == {"B4", "C4"}
    assert "下周" in found["B4"] and "三个" in found["C4"]
    assert book.sheetnames == ["物品", "填表说明", FAULT_SHEET]
    assert [c.value for c in book["物品"][3]][0] == "甲"
    assert (book["物品"]["A5"].value, book["物品"]["A5"].data_type) == ("=1+1", "s")
    assert book["填表说明"]["A1"].value == "每行一件"
    assert [row[:2] for row in book[FAULT_SHEET].iter_rows(min_row=2, values_only=True)] == [
        (4, "B"),
        (4, "C"),
    ]


def test_the_workbook_itself_is_marked_where_that_is_possible(ledger):
    whole, book = marked(ledger)
    assert whole
    check(whole, book)
    assert book[FAULT_SHEET]["A2"].hyperlink.location == "'物品'!B4"


ODD = {
    "empty fill": (STYLES, r"<fill><patternFill ?/></fill>", "<fill/>"),
    "style without a name": (STYLES, r'<cellStyle name="[^"]*"', "<cellStyle"),
    "format without a code": (STYLES, r"<numFmts[^>]*/>|(?=<fonts)", '<numFmts count="1"><numFmt numFmtId="170"/></numFmts>'),
    "font of an odd kind": (STYLES, r"<name val=", '<family val="99"/><name val='),
    "unknown alignment": (
        STYLES, r"<cellXfs([^>]*)>",
        r'<cellXfs\1><xf numFmtId="0" fontId="0" fillId="0" borderId="0"><alignment horizontal="odd"/></xf>',
    ),
    "hyperlink without relation": (
        "xl/worksheets/sheet1.xml", r"(?=<pageMargins)", '<hyperlinks><hyperlink ref="A1" r:id="rId9" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/></hyperlinks>',
    ),
    "drawing without relation": (
        "xl/worksheets/sheet1.xml", r"(?=</worksheet>)", '<legacyDrawing r:id="rId8" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>',
    ),
    "lower case content types": ("[Content_Types].xml", r"spreadsheetml\.sheet\.main\+xml", "spreadsheetml.sheet.MAIN+xml"),
    "cell style out of range": ("xl/worksheets/sheet1.xml", r'<c r="A3"', '<c r="A3" s="77"'),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_what_openpyxl_cannot_take_is_rebuilt_with_the_same_marks(ledger, kind):
    check(*marked(changed(ledger, *ODD[kind])))


def test_at_least_some_of_the_odd_ones_really_are_rebuilt(ledger):
    """Else the test above would say nothing about rebuilding."""
    rebuilt = [kind for kind, change in ODD.items() if not marked(changed(ledger, *change))[0]]
    assert len(rebuilt) >= 4, rebuilt


def test_strict_workbook_is_marked(ledger):
    path = ledger
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        new = changed(
            path, part, "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"
        )  # fmt: skip
        path = new.rename(new.with_name(f"{part.count('/')}{path.stem}.xlsx"))
    check(*marked(path))


def test_backslashes_in_the_paths_are_no_obstacle(ledger):
    target = ledger.with_name("back.xlsx")
    with zipfile.ZipFile(ledger) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.infolist():
            new.writestr(part.filename.replace("/", "\\"), old.read(part))
    check(*marked(target))


@pytest.mark.parametrize("character", ["_x000B_", "_x0000_", "_xFFFF_", "_x001F_"])
def test_a_character_that_no_sheet_takes_is_left_out(ledger, character):
    path = changed(ledger, "xl/worksheets/sheet1.xml", "&#19979;&#21608;", f"下{character}周")
    whole, book = marked(path)
    assert "下周" in faults_marked(book)["B4"].replace(character, "")


def test_a_cell_far_away_costs_nothing(ledger):
    book = openpyxl.load_workbook(ledger)
    book["物品"]["D1048576"].fill = PatternFill("solid", fgColor="FFFF0000")
    book.save(ledger)
    whole, book = marked(ledger)
    assert whole and set(faults_marked_of(book["物品"], 10)) == {"B4", "C4"}


def faults_marked_of(page, rows: int) -> list[str]:
    return [
        c.coordinate for row in page.iter_rows(max_row=rows) for c in row if c.fill.fgColor.rgb == "FFFFD9D9"
    ]


def test_a_merged_block_as_large_as_a_sheet_is_not_laid_out(ledger):
    far = '<mergeCells count="1"><mergeCell ref="A10:XFD1048576"/></mergeCells>'
    path = changed(ledger, "xl/worksheets/sheet1.xml", r"(?=<pageMargins)", far)
    assert not marking.bearable(path)
    check(*marked(path))


def test_rows_that_hold_only_their_format_count_as_well(ledger):
    rows = "".join(f'<row r="{n}" ht="20"/>' for n in range(10, marking.MOST_CELLS + 10))
    assert not marking.bearable(changed(ledger, "xl/worksheets/sheet1.xml", r"(?=</sheetData>)", rows))


COUNTED = r"""
import re, sys
from pathlib import Path
import django
django.setup()
from core.ledger.faults import Parser
from core.ledger.marking import mark
from core.ledger.reading import open_ledger
from orgs.tables.ledgers import TEAMS
source, target = map(Path, sys.argv[1:])
sheet = open_ledger(source, TEAMS)
parser = Parser(sheet)
mark(source, target, sheet, (fault for row in parser.rows() for fault in row.faults if fault.kind == "phone"))
print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.django_db
def test_twenty_thousand_faults_take_little_memory(tmp_path):
    """The whole process with Django in it, in MiB, by its own peak: getrusage also counts what it was forked from.

    Time is not asked: it would say how busy the machine is.
    """
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("团队")
    page.append(
        ["团队名称", "所属街镇", "所属社区", "负责人", "联系电话", "活动内容", "活动地点", "参加人数"]
    )
    for number in range(20_000):
        page.append([f"第{number}合唱队", "甲街", "甲一", "张三", "12", "唱歌", "活动室", 20])
    book.save(tmp_path / "many.xlsx")
    target = tmp_path / "marked.xlsx"
    command = [sys.executable, "-c", COUNTED, str(tmp_path / "many.xlsx"), str(target)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)  # noqa: S603
    assert int(answer.stdout) < 300
    rows = openpyxl.load_workbook(target, read_only=True)[FAULT_SHEET]
    assert sum(1 for _ in rows.iter_rows(values_only=True)) == 20_001


# ---- what cannot be known -----------------------------------------------------------------------------------


def read(path: Path) -> list[tuple]:
    return [
        (p.row, p.values, [(f.column, f.kind, f.value) for f in p.faults])
        for p in Parser(open_ledger(path, LEDGER)).rows()
    ]


def test_error_cells_and_formulas_without_result_are_faults_and_no_empty_cells(ledger):
    book = openpyxl.load_workbook(ledger)
    page = book["物品"]
    page["C3"], page["B4"], page["C4"], page["C5"] = "=SUM(A1:A2)", "#N/A", "#REF!", None
    page.append(["丙", "2024-1-4", 7])
    book.save(ledger)
    rows = {row: faults for row, _, faults in read(ledger)}
    assert rows == {
        3: [(3, "cell_error", NO_RESULT)],
        4: [(2, "cell_error", "#N/A"), (3, "cell_error", "#REF!")],
        5: [],
        6: [],
    }


def test_a_formula_with_a_result_is_its_result_also_an_empty_one(ledger):
    path = changed(
        ledger, "xl/worksheets/sheet1.xml", r'<c r="C3"[^>]*>.*?</c>', '<c r="C3"><f>1+2</f><v>3</v></c>'
    )
    path = path.rename(path.with_name("first.xlsx"))
    path = changed(
        path, "xl/worksheets/sheet1.xml", r'<c r="C5"[^>]*>.*?</c>', '<c r="C5" t="str"><f>IF(1,"")</f><v></v></c>'
    )  # fmt: skip
    values = {row: (values[2], faults) for row, values, faults in read(path)}
    assert values[3] == (3, []) and values[5] == (None, [])


def test_rows_of_which_nothing_is_known_are_not_left_out(ledger):
    book = openpyxl.load_workbook(ledger)
    book["物品"]["A6"], book["物品"]["B6"] = "=Sheet9!A1", "=Sheet9!B1"
    book.save(ledger)
    assert read(ledger)[-1][2] == [(1, "cell_error", NO_RESULT), (2, "cell_error", NO_RESULT)]


def test_what_is_kept_of_a_raw_cell_and_of_its_header_is_clean_and_bounded(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["名称", "日 期" + " " * 90, "数量"], ["甲", "x" * 900, 1]])
    path = changed(path, "xl/worksheets/sheet1.xml", "x{900}", "bad_x0000_day" + "x" * 600)
    fault = Parser(open_ledger(path, LEDGER)).rows().__next__().faults[0]
    assert isinstance(fault, Fault) and fault.value.startswith("badday") and len(fault.value) == 500
    assert len(fault.header) <= 60
