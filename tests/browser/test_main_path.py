"""The main path as people walk it: by keyboard, and without scripts."""

from pathlib import Path

import pytest

from orgs.actions.setup import load_dictionaries
from orgs.models import Organization
from places.actions import load_map
from places.models import District
from tests.browser.checks import faults
from tests.browser.conftest import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GROUPS = Path(__file__).parent.parent / "samples" / "groups.xlsx"


def tab_to(page, selector: str) -> None:
    """Go on with the Tab key until the focus is there."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_sign_in_find_open_edit_and_see_the_timeline_by_keyboard_alone(district, enter):
    page = enter(None)
    page.goto("/accounts/login/")
    keys = page.keyboard
    tab_to(page, "#id_username")
    keys.type(district.officer.username)
    keys.press("Tab")
    keys.type("Demo-2026")
    keys.press("Enter")
    page.wait_for_selector("h1:has-text('我的待办')")
    keys.press("/")
    keys.type("hongqiao")
    keys.press("Enter")
    page.wait_for_url("**/orgs/?q=hongqiao")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_selector("h1:has-text('甲二虹桥书画社')")
    keys.press("e")
    page.wait_for_url("**/edit/")
    tab_to(page, "#id_remark")
    keys.type("书法")
    tab_to(page, "#id_reason")
    keys.type("补充内容")
    tab_to(page, "main button[type=submit]")
    keys.press("Enter")
    page.wait_for_url("**/orgs/*/")
    tab_to(page, "a[href$='tab=history']")
    keys.press("Enter")
    assert "补充内容" in page.inner_text(".timeline")
    assert Organization.objects.get(name="甲二虹桥书画社").remark == "书法"


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
def test_a_ledger_goes_in_by_browser_and_comes_out_again(javascript, district, enter, photograph):
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
    assert page.locator(".faults details").count() >= 2
    for size, (width, height) in SIZES.items() if javascript else ():
        page.set_viewport_size({"width": width, "height": height})
        photograph(page, f"{size}-import-faults")
        assert faults(page) == []
    page.click("text=只导入正确的行")
    page.wait_for_selector("text=撤销")
    assert Organization.objects.filter(tier="group", street__district__code="310105").count() == 617
    page.goto("/orgs/?tier=group")
    assert page.get_attribute("[data-count]", "data-count") == "617"
