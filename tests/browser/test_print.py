"""Every page on paper: its title, as of when, by whom, page x of y, and nothing that is only for clicking."""

import datetime
import io
import re
import unicodedata
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, get_resolver, resolve, reverse
from lxml import html
from pypdf import PdfReader

from filings.actions.filing import FLOW
from filings.models import Filing
from orgs.models import Organization
from reports.actions import nightly
from tests.browser.test_filings import waiting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PEOPLE = ("officer", "street", "committee", "leader", "sysadmin", "secadmin", "auditor")
# The font draws some characters by the shape of a radical, and that is what a PDF's text then says.
RADICALS = str.maketrans("⻚⻓⺠⻔⻢⻛⻅⻋⻉⻄⻥⻦⻬⻰⻆", "页长民门马风见车贝西鱼鸟齐龙角")
PAPERS = {
    "filings:form",
    "filings:certificate",
}  # sheets of their own: tests/browser/test_manual.py prints them
MUST = {
    "home", "orgs:list", "orgs:detail", "orgs:targets", "orgs:activities", "orgs:status_changes", "orgs:duplicates",
    "orgs:import_list", "filings:list", "filings:filing", "filings:progress", "filings:events", "filings:groups", "filings:checks",
    "filings:reviews", "filings:reconciliations", "reports:nightly", "reports:leadership", "settings:parameters",
    "settings:holidays", "org_settings:terms", "org_settings:target", "places:list", "acts:list", "acts:detail", "jobs:list",
    "audit:list", "audit:detail", "audit:changes", "accounts:users", "notices:list", "views:list", "filings:lines", "filings:differences",
    "public:verify",
}  # fmt: skip


def plain_addresses(resolver=None, space: str = "", prefix: str = "") -> set[str]:
    """Names of all addresses without a key."""
    found = set()
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if "<" not in route and entry.name:
                found.add(space + entry.name)
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found |= plain_addresses(entry, inner, route)
    return found


def pages_of(client) -> dict[str, str]:
    """{name of an address: one address of it} of all pages that a person gets to, by links or because they need no key."""
    found, waiting_for = {}, ["/", *(reverse(name) for name in sorted(plain_addresses()))]
    while waiting_for:
        url = waiting_for.pop(0)
        try:
            name = resolve(urlsplit(url).path).view_name
        except Resolver404:
            continue
        if name in found:
            continue
        response = client.get(url)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        page = html.fromstring(response.content)
        if not page.xpath("//main"):
            continue
        found[name] = url
        waiting_for += [link for link in page.xpath("//a/@href") if re.match(r"/(?!static)", link)]
    return found


def on_paper(page) -> list[str]:
    """The text of each sheet, without blanks."""
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    for sheet in sheets:
        assert {round(float(side)) for side in sheet.mediabox[2:]} == {595, 842}, page.url
    return [plain(sheet.extract_text()) for sheet in sheets]


def plain(text: str) -> str:
    """Without blanks and with one form of each character, however it was drawn."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).translate(RADICALS))


@pytest.fixture
def everything(district, make_org):
    """Something behind every link: an open and a decided filing, a night."""
    waiting(district, 2)
    FLOW.take(Filing.objects.first(), "approve", by=district.street, note="符合备案条件，准予备案。")
    nightly(datetime.date.today() - datetime.timedelta(days=1))
    return district


def test_every_page_that_a_link_leads_to_prints_what_it_is(everything, sign_in, enter):
    printed, faults = set(), []
    for who in PEOPLE:
        user = getattr(everything, who)
        new = {name: url for name, url in pages_of(sign_in(user)).items() if name not in printed | PAPERS}
        page = enter(user)
        for url in new.values():
            page.goto(url)
            sheets = on_paper(page)
            title = page.locator("h1").text_content()
            wanted = [title, "数据截至", f"打印：{user.name}", "跳到正文", "退出登录"]
            there = [plain(words) in sheets[0] for words in wanted]
            if there != [True, True, True, False, False]:
                faults.append(f"{url} {list(zip(wanted, there, strict=True))}")
            faults += [
                f"{url} 第 {n} 页"
                for n, text in enumerate(sheets, 1)
                if plain(f"第{n}页，共{len(sheets)}页") not in text
            ]
        printed |= set(new)
    assert faults == []
    assert MUST - printed == set()


def test_a_list_prints_its_conditions_in_words_and_repeats_its_head(district, enter, make_org):
    for n in range(60):
        make_org(f"甲一第{n:02d}太极拳队")
    page = enter(district.street)
    page.goto("/orgs/?tier=team&status=filed&size=100")
    sheets = on_paper(page)
    assert len(sheets) > 1
    assert plain("条件：层级：群众活动团队；状态：已备案") in sheets[0]
    assert all("名称" in text and "居委" in text for text in sheets)
    assert "筛选" not in sheets[0] and "导出Excel" not in sheets[0]
    assert sum(text.count("太极拳队") for text in sheets) == 60


def test_a_place_and_a_period_stand_on_the_printed_progress(district, enter):
    page = enter(district.officer)
    page.goto(f"/filings/progress/?street={district.jia.pk}&first=2026-01-01&last=2026-11-20")
    assert plain("条件：甲街街道，2026-01-01至2026-11-20") in on_paper(page)[0]


def test_the_widest_list_is_not_cut_off(district, enter):
    view = resolve("/orgs/").func.view_class
    page = enter(district.officer)
    page.goto("/orgs/?cols=" + ",".join(column.key for column in view.columns))
    text = "".join(on_paper(page))
    assert [column.label for column in view.columns if plain(column.label) not in text] == []
    assert Organization.objects.first().name in text
