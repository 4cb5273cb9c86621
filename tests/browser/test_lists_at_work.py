"""What a list is good for beyond looking: taken away, changed many at once, remembered; with and without scripts."""

import pytest

from core.models import SavedView
from orgs.models import Organization
from tests.browser.checks import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "bare"])
SIZES = pytest.mark.parametrize("size", ["wide", "phone"])


@BOTH
def test_a_list_is_taken_away(javascript, district, enter):
    page = enter(district.officer, javascript=javascript)
    page.goto("/orgs/?tier=team")
    page.click("text=导出 Excel")
    page.wait_for_selector("h1:has-text('导出组织名册')")
    with page.expect_download() as download:
        page.click("main >> text=下载")
    assert download.value.suggested_filename.startswith("组织名册_")
    page.click("text=返回组织名册")
    assert page.url.endswith("/orgs/?tier=team")


@BOTH
def test_many_are_changed_at_once(javascript, district, enter, make_org):
    make_org(tier="group")
    page = enter(district.officer, javascript=javascript)
    page.goto("/orgs/?tier=group")
    if javascript:
        page.check("[data-pick-all]")
        assert page.inner_text("[data-picked]") == "已选本页 2 条"
    page.check("text=全选符合条件的 2 条")
    page.select_option("#bulk-action", label="批量修改类别、服务领域")
    page.click("text=下一步")
    page.select_option("#id_category", "charity")
    page.fill("#id_reason", "年度归类")
    page.click("text=查看效果")
    page.click("button:has-text('修改 2 条')")
    page.wait_for_selector("text=修改 2 条，未改 0 条。")
    assert Organization.objects.filter(category="charity", tier="group").count() == 2
    page.click("text=返回组织名册")
    assert page.url.endswith("/orgs/?tier=group")


@BOTH
def test_a_view_is_saved_shared_and_deleted(javascript, district, enter):
    page = enter(district.street, javascript=javascript)
    page.goto("/orgs/?tier=team")
    page.click("text=我的视图")
    page.fill("#view-name", "团队")
    page.click("text=保存视图")
    page.click("summary:has-text('我的视图')")
    page.click("text=管理视图")
    page.click("main >> text=修改")
    page.check("text=共享给甲街街道的同事")
    page.check("text=每天 8:00 通知我")
    page.click("main >> button:has-text('保存')")
    assert "已共享" in page.inner_text("tbody") and "已订阅" in page.inner_text("tbody")
    page.click("tbody >> text=团队")
    assert page.url.endswith("/orgs/?tier=team")
    page.goto(f"/views/{SavedView.objects.get().pk}/edit/")
    page.click("text=删除这个视图")
    page.wait_for_selector("text=还没有保存的视图")


@SIZES
def test_its_pages_are_accessible_silent_and_fit(size, district, enter, photograph):
    page = enter(district.street, size)
    found = []

    def look(name):
        photograph(page, f"{size}-{name}")
        found.extend(faults(page))

    page.goto("/orgs/?tier=team&status=filed")
    page.click("text=我的视图")
    look("list-views")
    page.fill("#view-name", "团队")
    page.click("text=保存视图")
    page.goto("/views/")
    look("views")
    page.click("main >> text=修改")
    look("view-edit")
    page.goto("/orgs/")
    page.check("text=全选符合条件的")
    look("list-picked")
    page.select_option("#bulk-action", label="批量变更状态")
    page.click("text=下一步")
    look("bulk-form")
    page.select_option("#id_status", "stopped")
    page.fill("#id_reason", "停止活动")
    page.click("text=查看效果")
    page.wait_for_selector("text=将修改")
    look("bulk-preview")
    page.click("#effect button.btn-primary")
    page.wait_for_selector("text=下载结果")
    look("bulk-done")
    page.goto("/jobs/")
    look("jobs")
    assert found == []
