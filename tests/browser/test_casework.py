"""Casework in a real browser: nothing typed is lost, one record from a double click, a request by keys and without scripts."""

import datetime

import pytest
from django.urls import reverse

from core.models import Draft
from orgs.actions.status import ask
from orgs.models import Organization, StatusChange
from tests.browser.checks import faults
from tests.browser.conftest import SIZES
from tests.browser.test_main_path import tab_to
from tests.browser.visitor import hold, until, watch

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "/orgs/new/?tier=group"


def fill_group(page, cast, name: str) -> None:
    page.fill("#id_name", name)
    page.select_option("#id_category", "culture")
    page.select_option("#id_street", str(cast.jia.pk))
    page.select_option("#id_community", str(cast.jia1.pk))
    page.fill("#id_leader_name", "张三")


def test_a_killed_browser_leaves_a_draft_with_its_time(district, enter):
    page = enter(district.committee)
    page.goto(NEW)
    fill_group(page, district, "没写完的小组")
    page.wait_for_selector("[data-kept]:has-text('已自动保存')")
    page.context.close()
    page = enter(district.committee)
    assert "自动保存的草稿" in page.inner_text("li:has-text('没写完的小组')")
    page.click("a:has-text('：没写完的小组')")
    assert page.input_value("#id_name") == "没写完的小组"
    page.click("button:has-text('保存')")
    page.wait_for_url("**/orgs/*/")
    assert Organization.objects.filter(name="没写完的小组").count() == 1
    assert not Draft.objects.exists()


def test_leaving_the_page_at_once_keeps_what_was_typed(district, enter):
    page = enter(district.committee)
    page.goto(NEW)
    page.fill("#id_name", "马上离开")
    page.goto("/orgs/")
    until(page, Draft.objects.exists)
    assert Draft.objects.get().fields["name"] == ["马上离开"]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_expired_session_gives_the_same_form_back(javascript, district, enter):
    page = enter(district.committee, javascript=javascript)
    page.goto(NEW)
    fill_group(page, district, "会话过期小组")
    page.context.clear_cookies(name="sessionid")
    page.click("button:has-text('保存')")
    page.wait_for_url("**/accounts/login/**")
    assert "填写的内容已保存" in page.inner_text("body")
    page.fill("#id_username", district.committee.username)
    page.fill("#id_password", "Demo-2026")
    page.click("main button[type=submit]")
    page.wait_for_url("**draft=**")
    assert page.input_value("#id_name") == "会话过期小组"
    assert page.input_value("#id_community") == str(district.jia1.pk)
    page.click("button:has-text('保存')")
    page.wait_for_url(lambda url: "/new/" not in url)
    assert Organization.objects.filter(name="会话过期小组").count() == 1


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_double_click_makes_one_record(javascript, district, enter):
    page = enter(district.committee, javascript=javascript)
    page.goto(NEW)
    fill_group(page, district, "双击小组")
    page.dblclick("button:has-text('保存')", no_wait_after=True)
    until(page, lambda: "/new/" not in page.url)  # the second click may end the first navigation
    assert Organization.objects.filter(name="双击小组").count() == 1


def test_a_request_from_the_committee_to_the_street_without_scripts(district, enter):
    organization = Organization.objects.get(tier="team", name__startswith="合唱")
    page = enter(district.committee, size="phone", javascript=False)
    page.goto(organization.get_absolute_url())
    page.click("text=申请变更状态")
    page.select_option("#id_status", "stopped")
    page.fill("#id_effective_on", datetime.date.today().isoformat())
    page.fill("#id_reason", "不再活动")
    page.click("button:has-text('提交申请')")
    page.wait_for_url("**/status-changes/*/")
    page = enter(district.street, javascript=False)
    page.click(f".todo-title:has-text('{organization.name}')")
    page.click("summary:has-text('退回补正')")
    page.fill("#send_back_fix_reason", "请写明时间")
    page.click("#step-send_back button:has-text('退回补正')")
    assert "都办完了" in page.inner_text(".messages")
    page = enter(district.committee, javascript=False)
    page.click(f".todo-title:has-text('{organization.name}')")
    page.click("[data-edit]")
    assert page.locator("#id_status").count() == 0
    page.fill("#id_reason", "五月起没有活动")
    page.click("button:has-text('保存')")
    page.click("#step-resubmit button")
    page = enter(district.street, javascript=False)
    page.click(f".todo-title:has-text('{organization.name}')")
    page.click("#step-approve button")
    assert "已同意" in page.inner_text(".messages")
    organization.refresh_from_db()
    assert organization.status == "stopped"


def test_an_officer_works_off_the_list_by_keys_alone(district, enter, make_org):
    today = datetime.date.today()
    for _ in range(3):
        ask(make_org(), by=district.committee, status="stopped", effective_on=today, reason="不再活动")
    page = enter(district.street)
    tab_to(page, ".todo-title[href*='status-changes']")
    page.keyboard.press("Enter")
    for left in (2, 1, 0):
        page.wait_for_selector("#step-approve[data-seen] textarea:focus")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(
            f".messages:has-text('还有 {left} 件')" if left else ".messages:has-text('都办完了')"
        )
        assert StatusChange.objects.filter(state="pending").count() == left
    assert page.inner_text("h1") == "我的待办"


@pytest.fixture
def five_waiting(district, make_org):
    today = datetime.date.today()
    for _ in range(5):
        ask(make_org(), by=district.committee, status="stopped", effective_on=today, reason="不再活动")
    return StatusChange.objects.order_by("pk")


def waiting() -> int:
    return StatusChange.objects.filter(state="pending").count()


def opened_in_turn(enter, user, case):
    """The page of a case as 我的待办 opens it; `page.sent` lists what it posts."""
    page = enter(user)
    page.sent = []
    page.on(
        "request", lambda r: page.sent.append(r.url) if r.method == "POST" and "/approve/" in r.url else None
    )
    page.goto(f"{case.get_absolute_url()}?next=1")
    return page


def test_a_key_held_for_four_seconds_decides_the_case_on_the_screen_and_no_other(
    district, enter, five_waiting
):
    page = opened_in_turn(enter, district.street, five_waiting[0])
    page.wait_for_selector("#step-approve[data-seen] textarea:focus")
    page.keyboard.down("Control")
    hold(page, "Enter", 4_000)
    page.keyboard.up("Control")
    assert (waiting(), len(page.sent)) == (4, 1)
    page.wait_for_selector("#step-approve[data-seen] textarea:focus")
    page.keyboard.press("Control+Enter")  # released and pressed anew: the next one
    page.wait_for_selector(".messages:has-text('还有 3 件')")
    assert waiting() == 3


def test_a_held_enter_on_a_button_decides_once(district, enter, five_waiting):
    page = opened_in_turn(enter, district.street, five_waiting[0])
    button = page.locator("#step-approve button[type=submit]")
    button.focus()
    page.wait_for_selector("#step-approve[data-seen]")
    hold(page, "Enter", 2_000)
    assert (waiting(), len(page.sent)) == (4, 1)


def test_two_presses_at_once_decide_the_case_that_was_seen(district, enter, five_waiting):
    page = opened_in_turn(enter, district.street, five_waiting[0])
    page.wait_for_selector("#step-approve[data-seen] textarea:focus")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{five_waiting[1].get_absolute_url()}**")
    page.wait_for_selector("#step-approve textarea:focus")
    page.keyboard.press("Control+Enter")  # before anybody can have read it
    watch(page, 500)
    assert (waiting(), len(page.sent)) == (4, 1)


def test_a_double_click_decides_one_case(district, enter, five_waiting):
    page = opened_in_turn(enter, district.street, five_waiting[0])
    page.wait_for_selector("#step-approve[data-seen]")
    page.dblclick("#step-approve button[type=submit]", no_wait_after=True)
    until(page, lambda: waiting() == 4)
    watch(page, 1_500)
    assert (waiting(), len(page.sent)) == (4, 1)


def test_a_page_that_comes_back_from_the_cache_can_be_sent(district, enter, five_waiting):
    page = opened_in_turn(enter, district.street, five_waiting[0])
    page.wait_for_selector("#step-approve[data-seen]")
    page.route(
        "**/approve/**", lambda route: route.fulfill(status=204, body="")
    )  # the answer never shows another page
    page.click("#step-approve button[type=submit]")
    page.wait_for_selector("#step-approve button[type=submit]:disabled")
    page.unroute("**/approve/**")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.click("#step-approve button[type=submit]")
    page.wait_for_selector(".messages:has-text('还有 4 件')")
    assert waiting() == 4


def test_a_decision_is_taken_back_on_its_page(district, enter, five_waiting):
    case = five_waiting[0]
    page = opened_in_turn(enter, district.street, case)
    page.click("#step-approve button[type=submit]")
    page.click(f".messages a:has-text('{case}')")
    page.click("summary:has-text('撤回决定')")
    assert "以前可以撤回“同意”" in page.inner_text("#step-take_back")
    page.fill("#take_back_note", "按错了键")
    page.click("#step-take_back button")
    page.wait_for_selector(".messages:has-text('已撤回决定')")
    assert waiting() == 5 and faults(page) == []


def test_the_badge_shows_how_many_wait(district, enter):
    page = enter(district.street)
    page.wait_for_selector(".badge-link strong")
    rows = page.locator(".todo li").count()
    assert page.inner_text(".badge-link strong >> nth=0") == str(rows)


@pytest.mark.parametrize("size", list(SIZES))
def test_the_pages_of_casework_are_accessible_silent_and_fit(size, district, enter, photograph, make_org):
    today = datetime.date.today()
    case = ask(make_org(), by=district.committee, status="stopped", effective_on=today, reason="不再活动")
    organization = make_org()
    found = []
    for who, urls in (
        (district.street, ["/", case.get_absolute_url(), "/orgs/status-changes/", "/notices/"]),
        (district.committee, [reverse("orgs:ask_status", args=[organization.pk]), case.get_absolute_url()]),
    ):
        page = enter(who, size=size)
        for url in urls:
            page.goto(url)
            photograph(page, f"casework-{size}-{who.username}-{url.strip('/').replace('/', '_') or 'home'}")
            found += faults(page)
    assert found == []
