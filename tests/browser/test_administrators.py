"""The three duties at work: an account is opened, its role confirmed by another, its owner moves on; the audit tells it all."""

import datetime

import pytest

from accounts.choices import Role
from accounts.models import RoleChange, User
from orgs.actions.status import ask
from orgs.models import Organization
from tests.browser.checks import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = pytest.mark.parametrize("size", ["wide", "phone"])


@pytest.fixture
def people(district, make_org):
    """Names as in an office; one of them has something unfinished."""
    for person, name in (
        (district.sysadmin, "蒋磊"), (district.secadmin, "曹颖"), (district.auditor, "庄海峰"), (district.street, "陆晓燕"),
    ):  # fmt: skip
        User.objects.filter(pk=person.pk).update(name=name)
        person.refresh_from_db()
    make = User.objects.create_user
    district.second = make(
        "secadmin2", "Demo-2026", name="傅国强", role=Role.SECURITY_ADMIN, must_change_password=False
    )
    district.colleague = make(
        "street1b", "Demo-2026", name="陶文杰", role=Role.STREET_OFFICER, street=district.jia
    )
    ask(
        make_org("甲一晨曦合唱队", contact_phone="13800001234"), by=district.street, status="stopped",
        effective_on=datetime.date.today(), reason="不再活动",
    )  # fmt: skip
    return district


def looked_at(page, name, size, photograph) -> list[str]:
    photograph(page, f"{size}-admin-{name}")
    return faults(page)


@SIZES
def test_an_account_from_its_opening_to_its_handing_over(size, people, enter, photograph, picture):
    page, found = enter(people.sysadmin, size), []
    page.goto("/accounts/users/")
    found += looked_at(page, "users", size, photograph)
    page.click("text=新开账号")
    found += looked_at(page, "open", size, photograph)
    page.fill("#id_username", "wangfang")
    page.fill("#id_name", "王芳")
    page.select_option("#id_role", "street_officer")
    page.fill("#id_reason", "新进人员")
    page.click("main button[type=submit]")
    assert page.locator(".error-summary").inner_text().count("管辖范围") == 1
    found += looked_at(page, "open-wrong", size, photograph)
    page.select_option("#id_street", str(people.jia.pk))
    page.click("main button[type=submit]")
    password = page.locator("strong.code").inner_text()
    found += looked_at(page, "password-once", size, photograph)
    page.click("text=打开这个账号")
    assert password not in page.content()
    assert "待授权" in page.locator("main").inner_text()
    second = enter(people.second, size)
    second.click(".todo-title")
    found += looked_at(second, "confirm", size, photograph)
    second.click("#step-confirm button[type=submit]")
    second.wait_for_url(lambda url: "/grants/" not in url)
    assert User.objects.get(username="wangfang").role == Role.STREET_OFFICER
    page.goto(people.street.get_absolute_url())
    found += looked_at(page, "account", size, photograph)
    if size == "wide":
        picture(page, "admin-account")
    page.click("text=变更角色或范围")
    page.select_option("#id_street", str(people.yi.pk))
    page.fill("#id_reason", "调岗")
    page.click("main button[type=submit]")
    assert "没有办完的事项，请选接手人" in page.locator("main").inner_text()
    found += looked_at(page, "transfer", size, photograph)
    page.select_option("#id_successor", str(people.colleague.pk))
    page.click("main button[type=submit]")
    page.wait_for_selector("text=已提出，请另一位安全管理员确认")
    second.goto(RoleChange.objects.get(person=people.street).get_absolute_url())
    found += looked_at(second, "transfer-confirm", size, photograph)
    second.click("#step-confirm button[type=submit]")
    second.wait_for_selector("text=已生效")
    page.goto(people.street.get_absolute_url())
    page.click("text=陆晓燕 移交给 陶文杰")
    found += looked_at(page, "handover", size, photograph)
    assert "晨曦" not in page.content()
    page.goto(f"{people.colleague.get_absolute_url()}disable/")
    found += looked_at(page, "disable", size, photograph)
    assert [fault for fault in found if "409" not in fault] == []


@SIZES
def test_roles_and_the_audit_in_words(size, people, enter, photograph, picture):
    officer = enter(people.officer, size)
    pk = Organization.objects.get(name="甲一晨曦合唱队").pk
    officer.goto(f"/orgs/{pk}/phone/")
    officer.select_option("#id_purpose", "contact")
    officer.click("main button[type=submit]")
    officer.wait_for_selector("text=13800001234")
    page, found = enter(people.secadmin, size), []
    for name, url in (("roles", "/accounts/roles/"), ("grants", "/accounts/grants/")):
        page.goto(url)
        found += looked_at(page, name, size, photograph)
        if size == "wide" and name == "roles":
            picture(page, "admin-roles")
    auditor = enter(people.auditor, size)
    auditor.goto("/audit/")
    auditor.fill("#id_record", "chenxi")
    auditor.click(".filter-go button")
    assert auditor.locator("tbody tr").count() == 1
    assert "甲一晨曦合唱队（社区社会组织第" in auditor.locator("tbody").inner_text()
    found += looked_at(auditor, "audit-found", size, photograph)
    auditor.goto("/audit/")
    if size == "wide":
        picture(auditor, "admin-audit")
    found += looked_at(auditor, "audit", size, photograph)
    assert found == []
