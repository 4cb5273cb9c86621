"""Forms on a telephone held in one hand: those that a committee fills in, each kind of filing among them."""

import datetime

import pytest
from django.urls import reverse

from filings.actions import filing as actions
from filings.actions.filing import FLOW
from orgs.models import Activity
from tests.browser.checks import faults
from tests.browser.test_activities import photo  # noqa: F401
from tests.browser.test_filings import fill_in
from tests.browser.visitor import Visitor, until
from tests.filings.conftest import new_filing  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = """(all) => all.filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.name || e.textContent)"""
FIELDS = "form.form .field :is(input:not([type=checkbox], [type=radio]), select, textarea), form.form .form-go .btn"


def test_every_form_is_made_for_a_thumb(district, enter, make_org, new_filing):  # noqa: F811
    team, group = make_org(contact_phone="13800001111"), make_org(tier="group")
    case = actions.enter(new_filing(), by=district.committee)
    case = FLOW.take(
        case, "committee_return", by=district.committee, returned={"contact_phone": "号码打不通"}
    )
    page, found = enter(district.committee, size="phone"), []
    for url in (
        reverse("filings:new"), reverse("filings:filing_edit", args=[case.pk]), reverse("filings:event_new", args=[team.pk]),
        "/orgs/activities/new/", reverse("orgs:edit", args=[group.pk]), reverse("orgs:ask_status", args=[team.pk]),
        "/orgs/new/?tier=group", case.get_absolute_url(),
        *(reverse("filings:begin", args=[kind, team.pk]) for kind in ("change", "correct", "cancel")),
    ):  # fmt: skip
        page.goto(url)
        found += [f"{url} {name}" for name in page.eval_on_selector_all(FIELDS, SMALL)]
        numbers = page.eval_on_selector_all(
            "input[type=number]:not([inputmode])", "(all) => all.map(e => e.name)"
        )
        phones = page.eval_on_selector_all(
            "input[name$=phone]", "(all) => all.filter(e => e.inputMode !== 'tel').map(e => e.name)"
        )
        found += [f"{url} {name} has no keys of its own" for name in numbers + phones]
        found += faults(page)
    assert found == []


def test_the_photo_is_in_view_and_survives_a_mistake(district, enter, photo, photograph):  # noqa: F811
    page = enter(district.committee, size="phone")
    page.goto("/orgs/activities/new/")
    field, button = (
        page.locator("#id_photo").bounding_box(),
        page.locator("form.form > .form-go").bounding_box(),
    )
    assert field["y"] + field["height"] <= button["y"]
    page.select_option("#id_organization", index=1)
    page.set_input_files("#id_photo", photo)
    page.click("form.form button[type=submit]")  # the name is missing
    page.wait_for_selector(".kept-photo img")
    assert (
        page.locator(".kept-photo img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        == 480
    )
    assert "不用再选" in page.inner_text(".kept-photo") and faults(page) == []
    photograph(page, "phone-photo-kept")
    page.fill("#id_name", "重阳节演出")
    page.click("form.form button[type=submit]")
    page.wait_for_selector(".photos img")
    assert Activity.objects.get().photos == 1


def test_the_camera_is_one_tap_away_where_there_is_a_finger(district, enter, chromium, live_server):
    page = enter(district.committee, size="phone")
    cookies = page.context.cookies()
    context = chromium.new_context(
        viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True, base_url=live_server.url
    )
    context.add_cookies(cookies)
    touched = Visitor(context.new_page())
    touched.goto("/orgs/activities/new/")
    camera = touched.locator("#id_photo_camera")
    assert camera.is_visible() and camera.get_attribute("capture") == "environment"
    assert camera.get_attribute("name") == "photo"
    context.close()
    page.goto("/orgs/activities/new/")
    assert not page.locator("#id_photo_camera").is_visible()  # no finger, no camera


def test_the_search_is_wide_enough_to_read_what_is_typed(district, enter):
    page = enter(district.committee, size="phone")
    page.click("#search")
    page.keyboard.type("合唱")
    assert page.locator("#search").bounding_box()["width"] >= 280
    page.keyboard.press("Enter")
    page.wait_for_url("**/orgs/?q=*")
    assert faults(page) == []


def in_view(page, selector: str) -> bool:
    """Between the head of the page and the bar at its foot."""
    box, foot = page.locator(selector).bounding_box(), page.locator(".bottom").bounding_box()
    return box["y"] >= 48 and box["y"] + box["height"] <= foot["y"]


def test_after_sending_the_step_that_is_still_needed_stands_in_view(district, enter, photograph):
    page = enter(district.committee, size="phone")
    page.goto(reverse("filings:new"))
    fill_in(page)
    page.click("button:has-text('提交备案')")
    page.wait_for_url("**/cases/*/#step-review")
    for selector in ("#step-review .step-here", "#step-review button[type=submit]"):
        until(page, lambda: in_view(page, selector))  # noqa: B023  asked before the next round
    assert "还需要您办理：初审通过" in page.inner_text(".messages")
    photograph(page, "phone-sent")


def test_a_committee_of_seventeen_begins_without_a_search(district, enter, make_org):
    for n in range(17):
        make_org(f"甲一第{n}队", last_active_on=datetime.date(2026, 1, 1) + datetime.timedelta(days=n))
    page = enter(district.committee, size="phone")
    page.goto(reverse("filings:start"))
    names = page.locator(".todo .todo-title").all_inner_texts()
    assert len([name for name in names if name.startswith("甲一第")]) == 17 and "甲一第16队" in names[:2]
    page.click("li:has-text('甲一第3队') >> text=变更")
    page.wait_for_url("**/change/**")
    assert faults(page) == []
