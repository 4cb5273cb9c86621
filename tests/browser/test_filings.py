"""Filing in the browser: on a phone at the committee, by keys alone at the street."""

import datetime

import pytest

from accounts.choices import Role
from accounts.models import User
from filings.actions.filing import FLOW
from filings.actions.filing import enter as file_it
from filings.choices import Kind
from filings.models import Filing
from orgs.models import Organization
from tests.browser.checks import faults
from tests.browser.conftest import SIZES
from tests.browser.test_main_path import tab_to

FORM = {
    "name": "甲一居民区春晓合唱队", "established_on": "2020-03-01", "activity_place": "甲一居委活动室",
    "activity_content": "合唱排练、节日演出", "activity_time": "每周二、四上午", "weekly_sessions": "2", "member_count": "23",
    "party_member_count": "4", "leader_name": "李秀英", "leader_age": "63", "leader_address": "甲路12弄3号401室",
    "leader_employer": "已退休", "contact_phone": "13812345678", "liaison_name": "王建国", "liaison_age": "45",
    "liaison_post": "居民区党总支委员", "party_branch": "甲一居民区党总支", "liaison_phone": "13987654321",
}  # fmt: skip
CHOSEN = {
    "category": "culture", "leader_gender": "female", "leader_political_status": "party", "liaison_assignment": "assigned",
    "liaison_gender": "male",
}  # fmt: skip


def waiting(cast, number: int) -> None:
    """Filings that wait for the street."""
    for n in range(number):
        values = (
            {k: v for k, v in FORM.items() if not v.isdecimal()} | CHOSEN | {"name": f"甲一第{n + 1}太极拳队"}
        )
        values["established_on"] = datetime.date(2020, 3, 1)
        case = Filing(
            kind=Kind.NEW,
            street=cast.jia,
            community=cast.jia1,
            weekly_sessions=2,
            member_count=20 + n % 9,
            **values,
        )
        case.contact_phone, case.liaison_phone = f"1380000{n:04d}", "13987654321"
        FLOW.take(file_it(case, by=cast.committee), "review", by=cast.committee, note="情况属实")


def fill_in(page) -> None:
    for name, words in FORM.items():
        page.fill(f"#id_{name}", words)
    for name, value in CHOSEN.items():
        page.select_option(f"#id_{name}", value)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_a_team_is_filed_on_a_phone_and_gets_its_certificate(javascript, district, enter, picture):
    page = enter(district.committee, size="phone", javascript=javascript)
    page.goto("/filings/start/")
    page.click("text=新备案 >> nth=-1")
    if javascript:
        picture(page, "committee-form")
    fill_in(page)
    page.click("button:has-text('提交备案')")
    page.wait_for_url("**/cases/*/#step-review")
    if javascript:
        assert faults(page) == []
        picture(page, "committee-review")
    page.click("#step-review button:has-text('初审通过')")
    page.wait_for_selector(".facts-top:has-text('待街镇审核')")
    page = enter(district.street, javascript=javascript)
    page.click(".todo-title:has-text('春晓合唱队')")
    page.wait_for_selector("#step-approve")
    if javascript:
        picture(page, "street-case")
    page.click("#step-approve button")
    page.wait_for_selector(".messages:has-text('都办完了')")
    team = Organization.objects.get(name=FORM["name"])
    assert (team.tier, team.status, team.leader_name) == ("team", "filed", "李秀英")
    page.goto(f"/orgs/{team.pk}/?tab=filings")
    page.click("text=新备案")
    assert team.filing_no in page.inner_text("main")


def test_thirty_filings_are_cleared_without_leaving_the_keyboard(district, enter, picture):
    waiting(district, 30)
    page = enter(district.street)
    picture(page, "street-todo")
    tab_to(page, ".todo-title[href*='filings']")
    page.keyboard.press("Enter")
    for left in range(29, -1, -1):
        page.wait_for_selector("#step-approve[data-seen] textarea:focus")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(
            f".messages:has-text('还有 {left} 件')" if left else ".messages:has-text('都办完了')"
        )
    assert Filing.objects.filter(state="filed").count() == 30
    assert (
        Organization.objects.filter(filing_no__startswith=f"999901001-{datetime.date.today().year}-").count()
        == 30
    )


def test_returned_fields_alone_are_open_on_the_phone(district, enter, picture):
    waiting(district, 1)
    case = Filing.objects.get()
    FLOW.take(
        case, "street_return", by=district.street,
        returned={"activity_place": "请写明门牌号", "member_count": "与名册不一致", "contact_phone": "号码打不通"},
    )  # fmt: skip
    page = enter(district.committee, size="phone")
    page.click(f".todo-title:has-text('{case.name}')")
    page.click("[data-edit]")
    assert page.locator("form[data-keep] input:visible").count() == 3
    assert "请补正：请写明门牌号" in page.inner_text("main")
    picture(page, "committee-correct")
    page.fill("#id_activity_place", "甲路12弄活动室")
    page.click("button:has-text('补正后提交审核')")  # corrected and sent in one act
    page.wait_for_selector(".facts-top:has-text('待街镇审核')")
    page = enter(district.street)
    page.goto(case.get_absolute_url())
    assert page.inner_text("tr.differs ins") == "甲路12弄活动室"
    picture(page, "street-compared")


@pytest.mark.parametrize("size", list(SIZES))
def test_the_pages_of_filings_are_accessible_silent_and_fit(size, district, enter, photograph, picture):
    waiting(district, 3)
    colleague = User.objects.create_user(
        "甲街同事",
        "Demo-2026",
        name="甲街同事",
        role=Role.STREET_OFFICER,
        street=district.jia,
        must_change_password=False,
    )
    case = Filing.objects.order_by("pk").first()
    FLOW.take(case, "approve", by=colleague, note="准予备案")
    case.refresh_from_db()
    found = []
    urls = [
        "/filings/", "/filings/start/?q=hechang", "/filings/new/", "/filings/reviews/", case.get_absolute_url(),
        f"{case.organization.get_absolute_url()}?tab=filings", Filing.objects.order_by("pk").last().get_absolute_url(),
    ]  # fmt: skip
    page = enter(district.street, size=size)
    for url in urls:
        page.goto(url)
        photograph(page, f"filings-{size}-{url.strip('/').replace('/', '_').replace('?', '_')}")
        found += faults(page)
    assert found == []
    page.goto("/filings/")
    if size == "wide":
        picture(page, "street-list")
