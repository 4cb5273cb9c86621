"""Every page at both sizes: axe finds nothing serious, nothing scrolls sideways, the console stays silent."""

import datetime

import pytest
from django.test import override_settings

from orgs.models import Organization
from tests.browser.checks import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", ["wide", "phone"])
REGISTER = [
    "/", "/orgs/", "/orgs/?q=hq", "/orgs/?tier=team&field=supply", "/orgs/{pk}/", "/orgs/{pk}/?tab=activities",
    "/orgs/{pk}/?tab=history", "/orgs/{pk}/edit/", "/orgs/{pk}/phone/", "/orgs/{pk}/status/", "/orgs/{pk}/promote/", "/orgs/{pk}/activities/new/",
    "/orgs/{pk}/activities/still/", "/orgs/activities/", "/orgs/activities/new/", "/orgs/activities/new/?q=hcd",
    "/orgs/duplicates/", "/acts/",
    "/orgs/new/?tier=registered", "/orgs/new/?tier=team", "/orgs/new/?tier=group", "/orgs/999999/",
]  # fmt: skip
REST = [
    "/orgs/import/", "/orgs/targets/", "/settings/", "/settings/parameters/orgs.dormancy.team.period/", "/settings/holidays/",
    "/settings/terms/", "/settings/target/", "/reports/nightly/", "/reports/leadership/",
    "/places/", "/places/adjust/", "/jobs/", "/accounts/profile/", "/accounts/password/", "/gallery/",
]  # fmt: skip
AUDIT = [
    "/", "/audit/", "/audit/?kind=read&q=x", "/audit/{event}/", "/audit/changes/", "/audit/changes/{change}/", "/audit/verify/",
]  # fmt: skip
ADMINISTRATION = ["/", "/accounts/users/", "/jobs/", "/settings/", "/settings/target/", "/gallery/"]


def visit(page, urls, size, photograph) -> list[str]:
    found = []
    for url in urls:
        page.complaints.clear()
        page.goto(url)
        name = url.strip("/").replace("/", "_").replace("?", "-").replace("&", "-") or "home"
        photograph(page, f"{size}-{name}")
        found += faults(page)
    return found


@SIZES
@pytest.mark.parametrize("urls", [REGISTER, REST], ids=["register", "rest"])
def test_every_page_is_accessible_silent_and_fits(urls, size, district, enter, photograph):
    pk = Organization.objects.get(tier="team", name__startswith="合唱").pk
    page = enter(district.officer, size)
    assert visit(page, [url.format(pk=pk) for url in urls], size, photograph) == []


@SIZES
def test_sign_in_and_the_administrators_pages(size, district, enter, photograph):
    found = visit(enter(None, size), ["/accounts/login/"], size, photograph)
    assert found + visit(enter(district.sysadmin, size), ADMINISTRATION, f"{size}-sysadmin", photograph) == []


@SIZES
def test_the_leaders_pages(size, district, enter, photograph):
    page = enter(district.leader, size)
    urls = [
        "/",
        "/orgs/targets/",
        f"/orgs/targets/?street={district.jia.pk}",
        f"/orgs/targets/?as_of={datetime.date.today()}",
    ]
    assert visit(page, urls, f"{size}-leader", photograph) == []
    page.goto("/")
    verdict = page.locator(".verdict").bounding_box()
    assert (
        verdict["y"] + verdict["height"] < page.viewport_size["height"] / 2
    )  # read before anything is scrolled


@SIZES
def test_the_auditors_pages(size, district, enter, photograph):
    page = enter(district.auditor, size)
    page.goto("/audit/verify/")
    page.click("text=立即核验")
    page.wait_for_selector("text=完整")
    change = Organization.events.rel.related_model.objects.first().pgh_context_id
    urls = [url.format(event=1, change=change) for url in AUDIT]
    assert visit(page, urls, f"{size}-auditor", photograph) == []


@pytest.mark.parametrize("tier", ["registered", "team", "group"])
def test_a_form_with_errors_is_accessible_and_leads_to_its_fields(tier, district, enter, photograph):
    page = enter(district.officer, "phone")
    page.goto(f"/orgs/new/?tier={tier}")
    page.fill("#id_name", "甲一健身队")
    page.click("text=保存")
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    photograph(page, f"phone-errors-{tier}")
    assert page.input_value("#id_name") == "甲一健身队"
    assert faults(page) == []
    page.keyboard.press("Tab")
    target = page.evaluate("document.activeElement.getAttribute('href')")
    assert page.locator(target).count() == 1


def test_on_the_phone_every_entry_of_the_navigation_is_in_reach(district, enter):
    page = enter(district.officer, "phone")
    page.click(".bottom summary")
    page.click(".bottom >> text=领导报表")
    page.wait_for_url("**/reports/leadership/")
    page.click(".bottom summary")
    assert faults(page) == []


def test_the_gallery_is_not_there_in_production(cast, sign_in):
    client = sign_in(cast.officer)
    assert client.get("/gallery/").status_code == 200
    with override_settings(DEMO=False, DEBUG=False):
        assert client.get("/gallery/").status_code == 404
