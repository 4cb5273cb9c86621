"""Files that are refused whole, each with the sentence that says what to do."""

import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.files import guard
from core.files.guard import Refused
from core.ledger import parsing
from core.ledger.columns import Ledger, LedgerColumn
from core.ledger.reading import open_ledger

LEDGER = Ledger(
    "things",
    "物品表",
    "物品登记表",
    [
        LedgerColumn("name", "名称", parsing.text(20), needed=True, required=True),
        LedgerColumn("made_on", "日期", parsing.date(), empty=None, needed=True),
        LedgerColumn("count", "数量", parsing.whole(), empty=None),
    ],
)


def workbook(path: Path, rows) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def good(tmp_path):
    return workbook(
        tmp_path / "good.xlsx", [["标题"], ["填报单位："], ["名称", "日 期", "数量"], ["甲", "2024-1-2", 3]]
    )


def with_part(source: Path, target: Path, name: str, content: bytes) -> Path:
    """A copy of a workbook in which one part is added or replaced."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target


def refusal(path: Path, limit: int = guard.MAX_BYTES) -> str:
    with pytest.raises(Refused) as refused:
        open_ledger(path, LEDGER, limit)
    return str(refused.value)


def test_good_workbook_is_opened_and_its_header_found(good):
    sheet = open_ledger(good, LEDGER)
    assert (sheet.header_row, [row for row, _ in sheet.data()]) == (3, [4])


def test_text_file_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("名称,日期\n甲,2024-1-1\n")
    assert "不是 Excel 工作簿" in refusal(path)


def test_zip_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert "不是 Excel 工作簿" in refusal(tmp_path / "a.xlsx")


def test_empty_file_is_refused(tmp_path):
    (tmp_path / "a.xlsx").touch()
    assert "0 字节" in refusal(tmp_path / "a.xlsx")


def test_encrypted_workbook_is_told_from_an_old_xls(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(
        guard.OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )
    (tmp_path / "b.xls").write_bytes(guard.OLE + b"\0" * 1200)
    assert "密码" in refusal(tmp_path / "a.xlsx")
    assert "xls 格式" in refusal(tmp_path / "b.xls")


def test_macro_workbook_is_refused(good, tmp_path):
    assert "宏" in refusal(with_part(good, tmp_path / "m.xlsx", "xl/vbaProject.bin", b"x"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_external_entity_is_refused(good, tmp_path, encoding):
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'.encode(encoding)
    assert "外部实体" in refusal(with_part(good, tmp_path / "e.xlsx", "xl/sharedStrings.xml", evil))


def test_an_entity_behind_a_long_comment_is_found_before_anything_parses_it(good, tmp_path):
    """Within a request the beginning of each part is looked at; whoever parses it looks at all of it first."""
    evil = (
        b"<?xml version='1.0'?><!--"
        + os.urandom(700_000).hex().encode()
        + b'--><!DOCTYPE x [<!ENTITY e "x">]><x>&e;</x>'
    )
    path = with_part(good, tmp_path / "e.xlsx", "xl/sharedStrings.xml", evil)
    with pytest.raises(guard.Refused, match="外部实体"):
        guard.check(path, whole=True)


def test_link_to_another_file_is_refused(good, tmp_path):
    assert "外部链接" in refusal(
        with_part(good, tmp_path / "l.xlsx", "xl/externalLinks/externalLink1.xml", b"<x/>")
    )
    rels = b'<Relationships><Relationship Id="r" Type="x/oleObject" TargetMode="External" Target="http://x"/></Relationships>'
    assert "外部文件" in refusal(
        with_part(good, tmp_path / "r.xlsx", "xl/worksheets/_rels/sheet1.xml.rels", rels)
    )


def test_hyperlink_in_a_cell_is_no_reason_to_refuse(tmp_path, good):
    book = openpyxl.load_workbook(good)
    book.active["A4"].hyperlink = "https://example.com/"
    book.save(tmp_path / "h.xlsx")
    assert open_ledger(tmp_path / "h.xlsx", LEDGER).header_row == 3


def test_zip_bomb_is_refused_before_it_is_unpacked(good, tmp_path):
    bomb = with_part(good, tmp_path / "b.xlsx", "xl/media/zeros.xml", b"\0" * 30_000_000)
    assert bomb.stat().st_size < 100_000
    assert "压缩炸弹" in refusal(bomb)


def test_file_over_the_limit_is_refused(good):
    assert "上限" in refusal(good, limit=1000)


def test_truncated_workbook_is_refused(good, tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(good.read_bytes()[:-200])
    assert refusal(path)


def test_workbook_without_header_names_what_was_expected(tmp_path):
    path = workbook(tmp_path / "n.xlsx", [["一", "二"], ["甲", "乙"]])
    assert "没有找到“物品表”的表头" in refusal(path)


def test_header_without_rows_is_refused(tmp_path):
    path = workbook(tmp_path / "n.xlsx", [["名称", "日期"], ["合计", 0], ["制表人：", ""]])
    assert "0 行" in refusal(path)


def test_title_footer_blank_and_repeated_header_rows_are_not_data(tmp_path):
    rows = [["物品登记表"], [], ["＊名称", "日期（必填）", "数 量"], ["甲", "2024-1-1", 1], [None], ["名称", "日期", "数量"],
            ["乙", "2024-1-2", 2], ["小计", None, 3], ["合 计", None, 3], ["制表人：王", "审核人："], ["注：以上"]]  # fmt: skip
    sheet = open_ledger(workbook(tmp_path / "f.xlsx", rows), LEDGER)
    assert [number for number, _ in sheet.data()] == [4, 7]


@pytest.mark.parametrize(
    "last, refused",
    [("XFD1048576", True), ("AZ999999", True), ("Z100000", False), ("IV9000", False), ("DA200001", True)],
)
def test_a_cell_far_away_is_refused_before_anybody_reads_the_sheet(tmp_path, last, refused):
    """Readers take memory for every cell up to the last one: 1.5 KB of file, 512 GB of memory."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"] = "团队名称", "备案编号"
    book.active[last] = "x"
    book.save(tmp_path / "far.xlsx")
    if refused:
        with pytest.raises(Refused, match="空白行列"):
            guard.check(tmp_path / "far.xlsx")
    else:
        guard.check(tmp_path / "far.xlsx")


@pytest.mark.parametrize("ref", ["r = 'XFD1048576'", 'r="xfd1048576"', "r\t=\n'XFD1048576'"])
def test_a_cell_far_away_is_seen_however_it_is_written(tmp_path, ref):
    book = openpyxl.Workbook()
    book.active["A1"] = "团队名称"
    book.save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</row>", f"<c {ref}/></row>".encode())
            new.writestr(name, data)
    with pytest.raises(Refused, match="空白行列"):
        guard.check(tmp_path / "b.xlsx")
