"""The workbook for leadership, read back: sheets, totals that agree, typed cells, no personal data."""

import datetime

import openpyxl
import pytest
from django.core.management import call_command

from core.scope import Area
from orgs.actions.targets import snapshot
from orgs.queries import targets
from reports.workbook import build

pytestmark = pytest.mark.django_db
NIGHT = datetime.date(2026, 11, 2)


@pytest.fixture
def book(make_org, cast, tmp_path):
    """The workbook of a register with one formula name, one dormant team, and personal data that could leak."""
    for _ in range(13):
        make_org(leader_name="王小明", contact_phone="13900001111")
    make_org('=HYPERLINK("http://127.0.0.1/x","点击")', community=cast.jia2)
    make_org("久眠队", community=cast.jia2, dormancy="dormant", last_active_on=datetime.date(2025, 1, 1))
    snapshot(NIGHT - datetime.timedelta(days=1), NIGHT)
    make_org(tier="registered", community=cast.yi1)
    snapshot(NIGHT, NIGHT)
    path = tmp_path / "日报.xlsx"
    manifest = build(night=NIGHT, area=Area("all"), run_number=7, path=path)
    return manifest, openpyxl.load_workbook(path)


def table(sheet) -> list[list]:
    return [list(row) for row in sheet.iter_rows(min_row=4, values_only=True)]


def test_sheets_stand_in_the_order_in_which_leaders_read(book):
    assert book[1].sheetnames == ["概览", "街镇达标表", "社区明细", "三级名册", "休眠名单", "口径说明"]
    assert book[0].rows["社区明细"] == 3
    assert book[0].rows["三级名册"] == 16
    assert book[0].rows["休眠名单"] == 1


def test_totals_agree_on_every_sheet_and_with_the_page(book):
    figures = targets.totals(targets.rows(Area("all"), NIGHT))
    streets = next(r for r in table(book[1]["街镇达标表"]) if r[1] == "合计")
    communities = next(r for r in table(book[1]["社区明细"]) if r[1] == "合计")
    headline = {r[0]: r[1] for r in table(book[1]["概览"])[:9]}
    assert streets[2:8] == [
        figures.communities,
        figures.registered,
        figures.teams,
        figures.groups,
        figures.total,
        float(figures.average),
    ]
    assert communities[4:8] == [figures.registered, figures.teams, figures.groups, figures.total]
    assert (headline["计入的社区社会组织"], headline["各社区平均数（个）"]) == (
        figures.total,
        float(figures.average),
    )


def test_changes_are_measured_against_stored_nights(book):
    total = next(r for r in table(book[1]["概览"]) if r[0] == "计入的社区社会组织")
    assert total[1:5] == [16, 1, "—", "—"]


def test_text_stays_text_and_codes_keep_their_digits(book):
    sheet = book[1]["三级名册"]
    cells = {
        cell.value: cell for row in sheet.iter_rows(min_row=4) for cell in row if isinstance(cell.value, str)
    }
    formula = cells['=HYPERLINK("http://127.0.0.1/x","点击")']
    assert (formula.data_type, formula.quotePrefix) == ("s", True)
    code = next(v for v in cells if v.startswith("52310105"))
    assert (len(code), cells[code].number_format) == (18, "@")


def test_no_personal_data_leaves(book):
    values = {cell for sheet in book[1] for row in sheet.iter_rows(values_only=True) for cell in row}
    assert not {"王小明", "13900001111", "139****1111"} & values


@pytest.mark.parametrize("name", ["概览", "街镇达标表", "社区明细", "三级名册", "休眠名单", "口径说明"])
def test_every_sheet_prints_as_leaders_expect(book, name):
    sheet = book[1][name]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert (sheet.print_title_rows, sheet.oddFooter.center.text) == ("$1:$3", "第 &P 页 共 &N 页")
    assert sheet.freeze_panes is not None
    assert "A1:" in str(sheet.merged_cells.ranges) and "A1" in {
        str(r).split(":")[0] for r in sheet.merged_cells.ranges
    }


def test_the_basis_sheet_names_run_rows_and_hash(book):
    facts = {row[0]: row[1] for row in table(book[1]["口径说明"])}
    assert facts["批次号（夜间任务）"] == "7"
    assert facts["行数：社区明细"] == "3"
    assert facts["校验和（SHA-256）"] == book[0].digest
    assert "已过有效期" in facts["依据有效期"]


def test_the_same_night_gives_the_same_hash(book, tmp_path):
    again = build(night=NIGHT, area=Area("all"), run_number=8, path=tmp_path / "2.xlsx")
    assert again.digest == book[0].digest


def test_overview_has_two_native_charts(book):
    assert len(book[1]["概览"]._charts) == 2


def test_the_command_writes_the_file(make_org, tmp_path, capsys):
    make_org()
    call_command("export_leadership", output=tmp_path / "x.xlsx")
    assert "社区明细 3 行" in capsys.readouterr().out
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames[0] == "概览"
