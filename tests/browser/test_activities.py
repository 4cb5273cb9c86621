"""An activity entered where it happens: on a telephone by a committee member, at a desk by keyboard, without scripts."""

import datetime
import io

import pytest
from django.utils import timezone
from PIL import Image

from orgs.actions import dormancy
from orgs.models import Activity
from tests.browser.checks import faults
from tests.browser.test_main_path import tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THUMB = 44  # pixels that a thumb hits


@pytest.fixture
def photo() -> dict:
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "#dbe4ee").save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def silent(make_org):
    """A dormant team of the committee, beside the others of the cast's register."""
    organization = make_org(
        "甲一银发合唱队",
        last_active_on=timezone.localdate() - datetime.timedelta(days=400),
        activity_place="甲一活动室",
    )
    dormancy.mark(timezone.localdate())
    return organization


def test_a_committee_member_enters_an_activity_with_a_photo_on_the_telephone(
    district, silent, photo, enter, photograph
):
    page = enter(district.committee, "phone")
    page.click(".bottom >> text=活动记录")
    page.click("text=登记活动")
    page.wait_for_selector("h1:has-text('登记活动')")
    fields = page.locator("form.form .field")
    assert fields.count() == 8
    assert faults(page) == []
    photograph(page, "phone-activity-new")
    small = page.eval_on_selector_all(
        "form.form .field :is(input:not([type=checkbox]), select), form.form button",
        "(all, least) => all.filter(e => e.offsetParent && e.getBoundingClientRect().height < least).map(e => e.name || e.textContent)",
        THUMB,
    )
    assert small == []
    button = page.locator("form.form button[type=submit]")
    box = button.bounding_box()  # in reach before anything is scrolled, above the bar at the foot
    assert box["y"] + box["height"] <= page.locator(".bottom").bounding_box()["y"]
    page.select_option("#id_organization", label="甲一银发合唱队")
    assert page.input_value("#id_place") == "甲一活动室"
    page.fill("#id_name", "重阳节演出")
    page.fill("#id_attendance", "36")
    page.set_input_files("#id_photo", photo)
    button.click()
    page.wait_for_selector("text=再记一条")
    assert page.locator("main h1").inner_text() == "重阳节演出"
    shown = page.locator(".photos img").evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert shown == 480
    assert faults(page) == []
    photograph(page, "phone-activity")
    page.click("a:has-text('甲一银发合唱队') >> nth=0")
    page.wait_for_selector("text=重阳节演出")
    silent.refresh_from_db()
    assert (silent.last_active_on, silent.dormancy) == (timezone.localdate(), "active")
    activity = Activity.objects.get()
    assert (activity.attendance, activity.photos, activity.entered_by) == (36, 1, district.committee)


def test_an_activity_is_entered_by_keyboard_alone_and_found_in_the_list(district, silent, enter, photograph):
    page = enter(district.committee)
    keys = page.keyboard
    keys.press("g")
    keys.press("y")
    page.wait_for_selector("h1:has-text('活动记录')")
    tab_to(page, "a[href='/orgs/activities/new/']")
    keys.press("Enter")
    page.wait_for_selector("#id_organization")
    tab_to(page, "#id_organization")
    while page.locator("#id_organization option:checked").inner_text() != "甲一银发合唱队":
        keys.press("ArrowDown")
    tab_to(page, "#id_name")
    keys.type("每周排练")
    tab_to(page, "#id_attendance")
    keys.type("12")
    keys.press("Enter")
    page.wait_for_selector("text=再记一条")
    keys.press("g")
    keys.press("y")
    page.wait_for_selector("tr[data-id]")
    photograph(page, "wide-activities")
    assert faults(page) == []
    keys.press("j")
    keys.press("Enter")
    page.wait_for_selector("h1:has-text('每周排练')")
    assert Activity.objects.get().organization == silent


def test_what_is_wrong_stays_filled_and_the_photo_is_kept_also_without_scripts(
    district, silent, photo, enter, photograph
):
    page = enter(district.committee, "phone", javascript=False)
    page.goto("/orgs/activities/new/")
    page.select_option("#id_organization", label="甲一银发合唱队")
    page.fill("#id_attendance", "36")
    page.set_input_files("#id_photo", photo)
    page.click("form.form button[type=submit]")
    assert "不用再选" in page.inner_text(".kept-photo")
    assert page.input_value("#id_attendance") == "36"
    assert page.locator("#id_organization option:checked").inner_text() == "甲一银发合唱队"
    photograph(page, "phone-activity-errors")
    page.fill("#id_name", "每周排练")
    page.click("form.form button[type=submit]")
    assert Activity.objects.get().photos == 1
    assert Activity.objects.get().place == "甲一活动室"


def test_one_tap_on_a_dormant_organisation_leads_to_what_clears_it(
    district, silent, photo, enter, photograph
):
    page = enter(district.committee, "phone")
    page.goto(silent.get_absolute_url())
    page.click("text=确认仍在活动")
    page.wait_for_selector("#id_photo")
    photograph(page, "phone-activity-still")
    assert faults(page) == []
    page.fill("#id_name", "今天到场查看，12 人在排练")
    page.set_input_files("#id_photo", photo)
    page.click("form.form button[type=submit]")
    page.wait_for_selector("h1:has-text('确认仍在活动：今天到场查看')")
    page.goto(silent.get_absolute_url())
    assert page.locator("text=确认仍在活动").count() == 0
