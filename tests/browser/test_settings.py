"""The settings in a real browser: a value is rehearsed and published by keyboard, with and without scripts."""

import datetime

import pytest

from core.models import Parameter
from orgs.models import TargetPolicy
from orgs.policy import DORMANCY_DAYS
from tests.browser.checks import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PERIOD, _ = DORMANCY_DAYS["team"]
DAY = datetime.date.today() + datetime.timedelta(days=9)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_period_is_rehearsed_and_published_by_keyboard(size, district, enter, photograph):
    page = enter(district.officer, size)
    page.goto(f"/settings/parameters/{PERIOD.key}/")
    page.fill("#id_value", "3000")
    page.fill("#id_effective_from", DAY.isoformat())
    page.fill("#id_legal_basis", "长民〔2027〕1号")
    page.press("#id_legal_basis", "Enter")
    page.wait_for_selector("#rehearsal")
    assert page.evaluate("document.activeElement.id") == "rehearsal"
    assert "恢复活跃" in page.inner_text("#rehearsal")
    photograph(page, f"{size}-rehearsal")
    assert faults(page) == []
    page.focus("#rehearsal form button")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=新值已发布")
    photograph(page, f"{size}-published")
    assert faults(page) == []
    assert Parameter.objects.get().effective_from == DAY


def test_without_scripts_a_reading_is_rehearsed_published_and_withdrawn(district, enter, photograph):
    page = enter(district.officer, javascript=False)
    page.goto("/settings/target/")
    page.fill("#id_minimum", "1")
    page.fill("#id_counting_basis", "试行口径")
    page.fill("#id_effective_from", DAY.isoformat())
    page.fill("#id_legal_basis", "长民〔2027〕1号")
    page.click("text=预演影响")
    page.click("text=发布，从")
    assert TargetPolicy.objects.filter(effective_from=DAY).exists()
    page.click("text=撤回")
    assert not TargetPolicy.objects.filter(effective_from=DAY).exists()
    assert "生效前撤回" in page.inner_text("main")


def test_the_pages_of_a_dictionary_entry_are_accessible(district, enter, photograph):
    page = enter(district.officer, "phone")
    page.goto("/settings/terms/")
    page.click("text=文体活动类")
    page.wait_for_selector("#id_valid_to")
    photograph(page, "phone-term")
    assert faults(page) == []
