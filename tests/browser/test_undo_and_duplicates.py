"""Taking back, comparing and merging in a real browser, at both sizes and without scripts."""

import pytest

from core.history import told
from orgs.actions import duplicates, register
from orgs.choices import Door, Verb
from orgs.models import DuplicatePair, Organization
from tests.browser.checks import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def written(district, make_org):
    """(cast, a pair that looks like one organisation, an act of the district after which one row was edited)."""
    first = make_org("春晖合唱队", contact_phone="13800001111")
    make_org("甲街春晖合唱队", contact_phone="13800002222", activity_place="睦邻中心", filing_no="A-1")
    duplicates.find()
    with told(Verb.EDIT, district.officer, "批量改类别") as act:
        Organization.objects.update(category="living")
    first.refresh_from_db()
    first.leader_name = "王五"
    register.edit(first, version=first.version, by=district.street, reason="换届", door=Door.FILING)
    return district, DuplicatePair.objects.get(a=first), act.id


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_pages_are_accessible_silent_and_fit(size, written, enter, photograph):
    cast, pair, act = written
    page = enter(cast.officer, size)
    found = []
    for name, url in {
        "acts": "/acts/", "act": f"/acts/{act}/", "pairs": "/orgs/duplicates/", "pair": f"/orgs/duplicates/{pair.pk}/",
        "history": f"/orgs/{pair.a_id}/?tab=history", "gallery": "/gallery/",
    }.items():  # fmt: skip
        page.goto(url)
        photograph(page, f"{size}-undo-{name}")
        found += faults(page)
    page.goto(f"/acts/{act}/")
    page.click("text=撤销这次操作")
    page.wait_for_selector(".message-success")
    photograph(page, f"{size}-undo-done")
    assert found + faults(page) == []


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_question_before_entering_is_accessible_and_answered_by_one_box(size, written, enter, photograph):
    cast = written[0]
    page = enter(cast.officer, size)
    page.goto("/orgs/new/?tier=team")
    for name, value in {
        "name": "春晖合唱队",
        "member_count": "12",
        "leader_name": "李四",
        "activity_content": "合唱",
    }.items():
        page.fill(f"#id_{name}", value)
    for name, value in {"category": "culture", "street": cast.jia.pk, "community": cast.jia1.pk}.items():
        page.select_option(f"#id_{name}", str(value))
    page.click("text=保存")
    page.wait_for_selector("text=仍然新增")
    photograph(page, f"{size}-alike")
    assert faults(page) == []
    page.check("[name=not_duplicate]")
    page.click("text=保存")
    page.wait_for_selector(".message-success")
    assert Organization.objects.filter(name="春晖合唱队").count() == 2


def test_merging_and_taking_it_back_without_scripts(written, enter):
    cast, pair, _ = written
    page = enter(cast.officer, javascript=False)
    page.goto(f"/orgs/duplicates/{pair.pk}/")
    assert "备案事项，随保留的记录" in page.inner_text("tr:has-text('负责人')")
    assert page.locator("tr:has-text('负责人') input").count() == 0
    page.check("[name=keep][value=a]")
    page.click("text=合并为一条")
    page.wait_for_selector(".message-success")
    assert Organization.objects.filter(pk__in=[pair.a_id, pair.b_id]).count() == 1
    page.goto(f"/orgs/{pair.b_id}/")
    assert page.url.endswith(f"/orgs/{pair.a_id}/")
    page.click(".tabs >> text=变更记录")
    page.click(".timeline >> text=撤销 >> nth=0")
    page.click("text=撤销这次操作")
    page.wait_for_selector(".message-success")
    assert Organization.objects.filter(pk__in=[pair.a_id, pair.b_id]).count() == 2
