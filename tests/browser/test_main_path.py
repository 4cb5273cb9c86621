"""The main path as people walk it: by keyboard, and without scripts."""

from pathlib import Path

import pytest

from orgs.actions.setup import load_dictionaries
from orgs.models import Organization
from places.actions import load_map
from places.models import District

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GROUPS = Path(__file__).parent.parent / "samples" / "groups.xlsx"


def test_find_open_edit_and_see_the_timeline_by_keyboard_alone(district, enter):
    page = enter(district.officer)
    page.keyboard.press("/")
    page.keyboard.type("hongqiao")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orgs/?q=hongqiao")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('甲二虹桥书画社')")
    page.locator("main").focus()
    page.keyboard.press("e")
    page.wait_for_url("**/edit/")
    page.focus("#id_activity_content")
    page.keyboard.type("书法")
    page.focus("#id_reason")
    page.keyboard.type("补充内容")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orgs/*/")
    page.goto(page.url + "?tab=history")
    assert "补充内容" in page.inner_text(".timeline")
    assert Organization.objects.get(name="甲二虹桥书画社").activity_content == "书法"


def test_lists_and_forms_work_without_scripts(district, enter):
    page = enter(district.street, javascript=False)
    page.goto("/orgs/")
    page.select_option("select[name=community]", label="甲二居委会")
    page.click("text=筛选")
    assert page.locator("tbody tr").count() == 1
    page.click("text=选择列")
    page.check("input[name=col][value=code]")
    page.click("text=显示这些列")
    assert "统一社会信用代码" in page.inner_text("thead")
    page.goto("/orgs/new/?tier=group")
    page.fill("#id_name", "甲一棋社")
    page.select_option("#id_category", "culture")
    page.select_option("#id_street", label="甲街街道")
    page.select_option("#id_community", label="甲街街道 甲一居委会")
    page.fill("#id_leader_name", "李四")
    page.click("text=保存")
    assert page.inner_text("h1") == "甲一棋社"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_ledger_goes_in_by_browser_and_comes_out_again(javascript, district, enter):
    load_map()
    load_dictionaries()
    district.officer.district = District.objects.get(code="310105")
    district.officer.save()
    page = enter(district.officer, javascript=javascript)
    page.goto("/orgs/import/")
    page.select_option("select[name=ledger]", "groups")
    page.set_input_files("input[type=file]", GROUPS)
    page.click("text=上传并核对")
    page.wait_for_selector("text=只导入正确的行")
    page.click("text=只导入正确的行")
    page.wait_for_selector("text=撤销")
    assert Organization.objects.filter(tier="group", street__district__code="310105").count() == 617
