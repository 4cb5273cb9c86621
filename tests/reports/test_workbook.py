"""The workbook for leadership, read back: sheets, totals that agree, typed cells, no personal data."""

import datetime
import re
import subprocess

import openpyxl
import pytest
from django.core.management import call_command
from pypdf import PdfReader

from accounts.navigation import ENTRIES
from core.scope import Area
from orgs.actions.setup import load_dictionaries
from orgs.actions.targets import snapshot
from orgs.models import Organization
from orgs.queries import targets
from places.actions import load_map
from places.models import Community
from reports.workbook import build
from reports.workbook.style import height

pytestmark = pytest.mark.django_db
NIGHT = datetime.date(2026, 11, 2)
SHEETS = ["概览", "街镇达标表", "办理情况", "社区明细", "三级名册", "休眠名单", "说明"]
KEPT = {"三级名册", "休眠名单"}  # not printed


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
    assert book[1].sheetnames == SHEETS
    assert book[0].rows["社区明细"] == 3
    assert book[0].rows["三级名册"] == 16
    assert book[0].rows["休眠名单"] == 1


def test_totals_agree_on_every_sheet_and_with_the_page(book):
    figures = targets.totals(targets.rows(Area("all"), NIGHT))
    streets = next(r for r in table(book[1]["街镇达标表"]) if r[1] == "合计")
    communities = next(r for r in table(book[1]["社区明细"]) if r[1] == "合计")
    headline = {r[0]: r[1] for r in table(book[1]["概览"])[1:18]}
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


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_prints_as_leaders_expect(book, name):
    sheet = book[1][name]
    assert (sheet.sheet_state == "hidden") is (name in KEPT)
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "9",
        1,
    ) or sheet.page_setup.paperSize == 9
    assert (sheet.print_title_rows, sheet.oddFooter.center.text) == ("$1:$3", "第 &P 页 共 &N 页")
    assert sheet.freeze_panes is not None
    assert "A1" in {str(r).split(":")[0] for r in sheet.merged_cells.ranges}
    assert (sheet.print_area or "").startswith(f"'{name}'!$A$1:") is (name not in KEPT)


def test_what_is_printed_fits_on_eight_pages(book):
    shown = [sheet for sheet in book[1] if sheet.sheet_state == "visible"]
    assert sum(sheet.page_setup.fitToHeight for sheet in shown) <= 8
    assert all(
        sheet.page_setup.fitToHeight and sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in shown
    )


def test_the_overview_begins_with_its_conclusion_and_prints_no_figures_of_charts(book):
    sheet = book[1]["概览"]
    assert sheet["A3"].value == (
        "全区 3 个居委共有计入的社区社会组织 16 个，平均 5.33 个，未达到 12 个的目标。2 个居委低于目标，共差 21 个，"
        "差得最多的是乙街镇乙一居委会（差 11 个）；平均数最低的街镇是乙街镇（1.00 个，未达标）。备案在办 0 件，其中超期 0 件；休眠组织 1 个。"
    )  # fmt: skip
    _, last, _ = re.split(r"\$A\$1:\$|\$", sheet.print_area)
    assert {cell.value for cell in sheet["M"] if cell.value} >= {"街镇", "甲街", "乙街镇"}
    assert openpyxl.utils.column_index_from_string(last) < 13


def test_what_stands_under_a_header_is_of_its_kind(book):
    """A verdict is no change since yesterday."""
    rows = table(book[1]["概览"])
    head = rows[0]
    assert head[:5] == ["指标", "数值", "较昨日", "较上月末", "较上年末"]
    for row in rows[1:18]:
        for label, value in zip(head[2:5], row[2:5], strict=True):
            assert isinstance(value, int | float | None) or value == "—" or "率" in value, (row[0], label)
    facts = {row[0].strip("　"): row[1] for row in rows[1:18] if row[0]}
    assert (facts["目标（个）"], facts["是否达标"]) == (12, "未达标")


def test_filings_and_events_are_in_it(book):
    rows = {row[1]: row for row in book[1]["办理情况"].iter_rows(min_row=3, values_only=True)}
    assert list(rows)[:4] == ["街镇", "甲街街道", "乙街镇", "合计"]
    named = dict(zip(rows["街镇"], rows["甲街街道"], strict=True))
    teams = Organization.objects.filter(tier="team", status="filed").count()
    assert (named["在册团队"], named["待年度复核"], named["备案在办"], named["按时办结率"]) == (
        teams,
        teams,
        0,
        "—",
    )


@pytest.mark.parametrize("name", SHEETS)
def test_no_text_is_cut_off(book, name):
    sheet = book[1][name]
    widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
    merged = {str(r).split(":")[0]: r for r in sheet.merged_cells.ranges}
    cut = []
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell.value, str) or cell.column_letter not in widths or cell.row == 1:
                continue
            across = merged.get(cell.coordinate)
            letters = (
                [openpyxl.utils.get_column_letter(c) for c in range(across.min_col, across.max_col + 1)]
                if across
                else [cell.column_letter]
            )
            needed = height([cell.value], [sum(widths.get(x, 8) for x in letters)])
            if (sheet.row_dimensions[cell.row].height or 20) < needed:
                cut.append((cell.coordinate, cell.value))
    assert cut == []


def test_it_names_only_pages_that_exist(book):
    words = " ".join(str(c) for s in book[1] for row in s.iter_rows(values_only=True) for c in row if c)
    named = set(re.findall(r"系统“(.+?)”", words))
    assert named and named <= {label for label, *_ in ENTRIES}


def test_cells_of_one_kind_share_one_style(book):
    """Styles set part by part are what made a big workbook slow."""
    assert len(book[1]._cell_styles) < 60


@pytest.fixture
def whole(db, tmp_path):
    """The workbook of the real district: 189 communities, names as long as they come."""
    load_map()
    load_dictionaries()
    for community in Community.objects.select_related("street")[:40]:
        name = f"{community.name}" + "老年人互助关爱与社区治理志愿服务促进中心" * 2
        Organization.objects.create(
            name=name, tier="team", status="filed", category="culture", street=community.street, community=community,
            dormancy="dormant", leader_name="张三",
        )  # fmt: skip
    for back in (1, 40, 400):
        snapshot(NIGHT - datetime.timedelta(days=back), NIGHT - datetime.timedelta(days=back))
    snapshot(NIGHT, NIGHT)
    path = tmp_path / "日报.xlsx"
    build(night=NIGHT, area=Area("all"), run_number=7, path=path)
    return path


@pytest.mark.office
def test_the_whole_district_prints_on_eight_pages_with_nothing_cut(whole, tmp_path):
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/office",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run([*command, "--outdir", tmp_path, whole], check=True, capture_output=True, timeout=240)
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(tmp_path / "日报.pdf").pages]
    assert 5 <= len(pages) <= 8
    assert not any("###" in text for text in pages)
    titles = ["情况概览", "达标表", "办理情况", "明细表", "数据截至"]
    assert all(title in "".join(pages) for title in titles)
    assert sum("三级名册" in text and "统一社会信用代码" in text for text in pages) == 0
    assert all(f"第{n}页共{len(pages)}页" in text for n, text in enumerate(pages, 1))


def test_the_basis_sheet_names_run_rows_and_hash(book):
    facts = {row[0]: row[1] for row in table(book[1]["说明"])}
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
