"""A major event on the phone: reported by the committee, acknowledged by the street, its result told afterwards."""

import datetime

import pytest
from django.urls import reverse

from accounts.models import User
from filings.demo.events import plant
from filings.models import MajorEvent
from orgs.models import Activity, Organization
from tests.browser.checks import faults
from tests.browser.conftest import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = datetime.date.today()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_event_from_report_to_result_on_a_phone(javascript, district, enter):
    team = Organization.objects.get(tier="team", name__startswith="合唱")
    page = enter(district.committee, size="phone", javascript=javascript)
    page.goto(reverse("filings:events"))
    page.click("text=报告重大活动")
    page.fill("#start-q", team.name)
    page.click("main button:has-text('查找')")
    page.click("main a:has-text('报告重大活动')")
    page.select_option("#id_kind", "gathering")
    page.fill("#id_name", "敬老演出")
    page.fill("#id_content", "合唱、舞蹈")
    page.fill("#id_starts_at", f"{TODAY}T09:00")
    page.fill("#id_ends_on", TODAY.isoformat())
    page.fill("#id_place", "小广场")
    page.fill("#id_expected_attendance", "40")
    page.click("button:has-text('提交报告')")
    page.wait_for_selector(".facts-top:has-text('待居委知悉')")
    assert page.locator("text=迟报：应在").count() == 1
    assert "138****1234" in page.content() and "13800001234" not in page.content()
    street = enter(district.street, size="phone", javascript=javascript)
    street.click(".todo-title:has-text('敬老演出')")
    street.click("#step-acknowledge_committee button")
    street.wait_for_selector("h1:has-text('我的待办')")
    page.goto("/")
    page.click(".todo-title:has-text('敬老演出')")
    page.fill("#result_actual_attendance", "38")
    page.fill("#result_actual_cost", "600")
    page.select_option("#result_incidents", "none")
    page.fill("#result_outcome", "圆满")
    page.click("#step-result button")
    page.wait_for_selector("h1:has-text('我的待办')")
    activity = Activity.objects.get()
    assert (activity.name, activity.is_major, activity.attendance) == ("敬老演出", True, 38)
    assert MajorEvent.objects.get().state == "reported"


@pytest.mark.parametrize("size", list(SIZES))
def test_the_pages_of_events_are_accessible_silent_and_fit(size, district, enter, photograph, make_org):
    for username, person in (
        ("district", district.officer),
        ("street", district.street),
        ("committee", district.committee),
    ):
        User.objects.filter(pk=person.pk).update(username=username)
        person.refresh_from_db()
    for n in range(4):
        make_org(f"甲一第{n}舞蹈队", contact_phone="13800001111")
    plant(TODAY)
    case = {e.state: e.get_absolute_url() for e in MajorEvent.objects.order_by("due_on")}
    team = MajorEvent.objects.get(state="reported").organization
    lists = [reverse("filings:events"), f"{team.get_absolute_url()}?tab=events"]
    new = [f"{reverse('filings:event_start')}?q=甲一", reverse("filings:event_new", args=[team.pk])]
    found = []
    for who, urls in (
        (
            district.committee,
            [
                "/",
                *lists,
                *new,
                case["draft"],
                f"{case['returned']}edit/",
                case["acknowledged"],
                case["reported"],
            ],
        ),
        (district.street, [case["street"], case["committee"]]),
    ):
        page = enter(who, size=size)
        for url in urls:
            page.goto(url)
            name = url.strip("/").replace("/", "_").partition("?")[0] or "home"
            photograph(page, f"events-{size}-{who.username}-{name}")
            found += faults(page)
    assert found == []
