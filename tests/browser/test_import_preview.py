"""A ledger that changes much: what it would do fits on a page, is chosen without scripts, and on a telephone."""

import openpyxl
import pytest

from orgs.models import Organization
from tests.browser.checks import faults
from tests.orgs.test_imports import TEAM_HEADER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = [*TEAM_HEADER, "成立时间", "备注"]
SCREENS = 4  # so many screens high at most, whatever the ledger holds


@pytest.fixture
def ledger(tmp_path):
    """ledger(name, rows) → a workbook of teams."""

    def write(name, rows):
        book = openpyxl.Workbook()
        book.active.append(HEADER)
        for number, changed in enumerate(rows, 1):
            good = [f"A-2020-{number:04}", f"第{number}合唱队", "文体活动类", "甲街", "甲一", 20, 3, "张三", "13800138000", "已备案",
                    "2020-03-01", "每周一练"]  # fmt: skip
            row = dict(zip(HEADER, good, strict=True)) | changed
            book.active.append([row[h] for h in HEADER])
        book.save(tmp_path / name)
        return tmp_path / name

    return write


def upload(page, path, kind="teams"):
    page.goto("/orgs/import/")
    page.select_option("#id_ledger", kind)
    page.set_input_files("#id_file", path)
    page.click("main form button[type=submit]")
    page.wait_for_selector("main h1")


def fill(page, ledger):
    """Two hundred teams in the register, then a ledger of them in which everything happens."""
    upload(page, ledger("before.xlsx", [{}] * 200))
    page.click("text=全部导入")
    page.wait_for_selector("text=撤销这次导入")
    other = {"成立时间": "2011-06-01", "负责人": "李四", "联系电话": "13900139000"}
    rows = [other | {"团队名称": f"别的{n}队"} for n in range(60)]
    rows += [{"联系电话": "13900139009", "备注": None} for _ in range(100)]
    rows += [{"备注": f"说明{n}"} for n in range(12)]
    rows += [{"联系电话": "12"}] + [{} for _ in range(27)] + [{} for _ in range(40)]
    upload(page, ledger("after.xlsx", rows))


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_preview_is_short_and_its_choices_are_made_without_scripts(cast, enter, ledger, photograph, size):
    page = enter(cast.officer, size, javascript=False)
    fill(page, ledger)
    photograph(page, f"import-preview-{size}")
    height = page.locator("main").bounding_box()["height"]
    assert height < SCREENS * page.viewport_size["height"]
    assert page.locator("main").bounding_box()["width"] <= page.viewport_size["width"]
    for words in ("改联系电话 100", "改备注 12", "备案事项不同：60 行"):
        assert page.locator(f"text={words}").count() == 1
    page.click("text=查看全部 60 行")
    photograph(page, f"import-held-{size}")
    assert page.locator("tbody tr").count() == 60
    page.go_back()
    page.check("text=清空“备注”")
    page.click("text=只导入正确的行")
    page.wait_for_selector("text=撤销这次导入")
    photograph(page, f"import-done-{size}")
    assert Organization.objects.filter(contact_phone="13900139009", remark="").count() == 100
    assert not Organization.objects.filter(leader_name="李四").exists()
    page.click("text=查看写入的记录")
    assert page.locator("[data-count='152']").count() == 1
    page.go_back()
    page.click("text=撤销这次导入")
    assert (
        "撤销将恢复 112 条" in page.inner_text("main")
        and Organization.objects.filter(contact_phone="13900139009").exists()
    )


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_pages_of_an_import_have_no_faults(cast, enter, ledger, photograph, size):
    page = enter(cast.officer, size)
    fill(page, ledger)
    page.wait_for_selector("text=下载标注副本")
    assert faults(page) == []
    page.goto(f"{page.url}?group=emptied&field=remark")
    assert faults(page) == []
    upload(page, ledger("after.xlsx", [{}]), kind="groups")
    page.wait_for_selector("text=改按团队备案名册核对")
    photograph(page, f"import-other-kind-{size}")
    assert faults(page) == []
