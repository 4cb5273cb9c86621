"""The pages that the manual shows: they open without fault at their size, and their pictures are taken here."""

import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from accounts.choices import Role
from accounts.models import User
from filings.actions.filing import FLOW
from filings.demo import reconciliation
from filings.models import Filing, Reconciliation
from tests.browser.checks import faults
from tests.browser.test_filings import waiting

MANUAL = Path(settings.BASE_DIR) / "docs" / "manual"


@pytest.mark.parametrize("size", ["phone", "wide"])
def test_what_a_committee_uses_every_week(size, district, enter, picture, make_org):
    for name in ("楼道编织小组", "晨练小组", "读报小组"):
        make_org(name, tier="group", member_count=12, contact_phone="13800001111")
    page = enter(district.committee, size=size)
    for name, url in (
        ("committee-activity", "/orgs/activities/new/"),
        ("committee-groups", "/filings/groups/"),
    ):
        page.goto(url)
        assert faults(page) == []
        if (size == "phone") is (name == "committee-activity"):
            picture(page, name)


@pytest.mark.parametrize("size", ["phone", "wide"])
def test_papers_and_checks_fit_their_page(size, district, enter, picture):
    waiting(district, 1)
    case = FLOW.take(Filing.objects.get(), "approve", by=district.street, note="符合备案条件，准予备案。")
    page = enter(district.street, size=size)
    for url in (
        f"/filings/cases/{case.pk}/form/",
        f"/filings/cases/{case.pk}/certificate/",
        "/filings/checks/",
    ):
        page.goto(url)
        assert faults(page) == []
        if size == "wide" and "certificate" in url:
            picture(page, "street-certificate")
    anybody = enter(None, size=size)
    for url in (f"/public/filings/{case.certificate.code}/", "/public/"):
        anybody.goto(url)
        assert faults(anybody) == []


def test_a_paper_prints_on_one_sheet(district, enter, tmp_path):
    waiting(district, 1)
    case = FLOW.take(Filing.objects.get(), "approve", by=district.street, note="符合备案条件，准予备案。")
    page = enter(district.street)
    for name in ("form", "certificate"):
        page.goto(f"/filings/cases/{case.pk}/{name}/")
        page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
        sheets = PdfReader(tmp_path / "print.pdf").pages
        assert len(sheets) == 1, name
        assert sheets[0].mediabox.height > sheets[0].mediabox.width


def test_the_lists_of_a_reconciliation(sources, district, enter, picture, make_org):
    for n in range(60):
        make_org(f"甲一第{n}队", contact_phone=f"1380000{n:04d}", activity_place="活动室", filing_no=f"X-{n}")
    User.objects.create_user(
        "street",
        "Demo-2026",
        name="演示经办",
        role=Role.STREET_OFFICER,
        street=district.jia,
        must_change_password=False,
    )
    assert reconciliation.plant(datetime.date.today())[1] > 0
    page = enter(User.objects.get(username="street"))
    page.goto(f"/filings/reconcile/{Reconciliation.objects.order_by('pk').first().pk}/")
    assert faults(page) == []
    picture(page, "street-reconcile")


def test_every_picture_of_the_manual_is_there_and_used():
    named = {
        name for page in MANUAL.glob("*.md") for name in re.findall(r"img/([\w-]+)\.png", page.read_text())
    }
    assert named == {path.stem for path in (MANUAL / "img").glob("*.png")}
