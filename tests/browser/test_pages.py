"""Every page at both sizes: axe finds nothing serious, nothing scrolls sideways, the console stays silent."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from orgs.models import Organization

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUSINESS = [
    "/", "/orgs/", "/orgs/?q=hq", "/orgs/?tier=team&field=supply", "/orgs/{pk}/", "/orgs/{pk}/?tab=activities",
    "/orgs/{pk}/?tab=history", "/orgs/{pk}/edit/", "/orgs/{pk}/status/", "/orgs/{pk}/promote/", "/orgs/{pk}/activities/new/",
    "/orgs/new/?tier=registered", "/orgs/new/?tier=team", "/orgs/new/?tier=group", "/orgs/import/", "/orgs/targets/",
    "/orgs/targets/settings/", "/reports/nightly/", "/reports/leadership/", "/places/", "/places/adjust/", "/jobs/",
    "/accounts/profile/", "/accounts/password/", "/gallery/", "/orgs/999999/",
]  # fmt: skip


def faults(page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_every_page_is_accessible_silent_and_fits(size, district, enter, photograph):
    pk = Organization.objects.get(tier="team", name__startswith="合唱").pk
    page = enter(district.officer, size)
    problems = []
    for path in BUSINESS:
        url = path.format(pk=pk)
        page.complaints.clear()
        page.goto(url)
        name = f"{size}-{url.strip('/').replace('/', '_') or 'home'}".replace("?", "-").replace("&", "-")
        photograph(page, name)
        problems += [f"{url} axe {fault}" for fault in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
            problems.append(f"{url} scrolls sideways")
        problems += [f"{url} console {text}" for text in page.complaints if "404" not in text]
    assert problems == []


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_sign_in_and_the_administrators_pages(size, district, enter, photograph):
    page = enter(None, size)
    page.goto("/accounts/login/")
    problems = faults(page)
    page = enter(district.sysadmin, size)
    for url in ("/", "/accounts/users/", "/orgs/", "/jobs/"):
        page.goto(url)
        problems += [f"{url} {fault}" for fault in faults(page)]
    assert problems == []


def test_a_form_with_errors_is_accessible_and_leads_to_its_fields(district, enter):
    page = enter(district.street)
    page.goto("/orgs/new/?tier=team")
    page.fill("#id_name", "甲一健身队")
    page.click("text=保存")
    assert page.locator(".error-summary").is_visible()
    assert page.input_value("#id_name") == "甲一健身队"
    assert faults(page) == []
