"""One Chromium per session; a page signed in as anybody of the cast."""

import datetime
import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from dev.pytest_plugin import chromium_path
from orgs.actions.targets import snapshot
from tests.browser.visitor import Visitor

ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
]  # fmt: skip
SIZES = {"wide": (1366, 768), "phone": (360, 800)}


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def district(make_org, cast):
    """A register with something on every page: three tiers, a dormant team, one night's snapshot."""
    for tier in ("registered", "team", "group"):
        make_org(tier=tier, contact_phone="13800001234", last_active_on=datetime.date(2026, 1, 5))
    make_org("甲二虹桥书画社", community=cast.jia2, dormancy="dormant")
    snapshot(datetime.date.today())
    return cast


@pytest.fixture
def enter(chromium, live_server):
    """enter(user, size="wide", javascript=True) → a page signed in through the form; its complaints in page.complaints."""
    contexts = []

    def start(user, size="wide", javascript=True):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=javascript,
            base_url=live_server.url,
        )  # fmt: skip
        contexts.append(context)
        page = Visitor(context.new_page())
        page.set_default_timeout(10_000)
        page.complaints = []
        page.on(
            "console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if user is not None:
            page.goto("/accounts/login/")
            page.fill("#id_username", user.username)
            page.fill("#id_password", "Demo-2026")
            page.click("main button[type=submit]", shows=".badges")
        return page

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def photograph(request):
    """Keeps a picture of the page when SCREENSHOTS=1 (under the data folder)."""

    def take(page, name: str):
        if os.environ.get("SCREENSHOTS") == "1":
            folder = Path(settings.DATA_DIR).parent / "screenshots"
            folder.mkdir(parents=True, exist_ok=True)
            page.stand()
            page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
            page.screenshot(path=folder / f"{name}.png", full_page=True)

    return take


@pytest.fixture
def picture(photograph):
    """Takes a picture of the manual when MANUAL=1: docs/manual is illustrated by what the tests really saw."""

    def take(page, name: str):
        photograph(page, f"manual-{name}")
        if os.environ.get("MANUAL") == "1":
            page.screenshot(path=Path(settings.BASE_DIR) / "docs" / "manual" / "img" / f"{name}.png")

    return take
