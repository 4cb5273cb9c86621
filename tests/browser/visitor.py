"""The one way to move about: an act ends when the page that it leads to stands, so that nothing is asked of one that is going."""

import time
from collections.abc import Callable

from playwright.sync_api import Error

PATIENCE = 15  # seconds, on a machine that does other work
STANDS = "document.readyState === 'complete' && !document.querySelector('.htmx-request')"


def until(page, true: Callable[[], bool]) -> None:
    """Wait for what no selector can tell: a row of the database, an address."""
    last = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > last:
            raise AssertionError(f"waited {PATIENCE} seconds in vain at {page.url}")
        page.wait_for_timeout(50)


def hold(page, key: str, milliseconds: int) -> None:
    """A key that is kept down: it comes again and again without a release, as the keyboard repeats it."""
    for _ in range(milliseconds // 50):
        page.keyboard.down(key)
        page.wait_for_timeout(50)
    page.keyboard.up(key)


def watch(page, milliseconds: int) -> None:
    """Look on for a while where the question is whether nothing happens."""
    page.wait_for_timeout(milliseconds)


class Visitor:
    """A page of Playwright whose acts wait for the page that follows: loaded, and no part of it still being fetched.

    Playwright itself returns as soon as the next document is begun; whatever is read then may belong to neither.
    Keys typed on `keyboard` do not wait: name what must appear with `wait_for_selector`.
    """

    def __init__(self, page):
        self._page = page

    def __getattr__(self, name):
        return getattr(self._page, name)

    def stand(self) -> None:
        self._page.wait_for_load_state("load")
        until(self._page, self._stands)

    def _stands(self) -> bool:
        try:
            return self._page.evaluate(STANDS)
        except Error:  # the document went while it was asked
            return False

    def goto(self, url: str, shows: str = "body"):
        """Open an address and wait for what it must show."""
        response = self._page.goto(url)
        self._page.wait_for_selector(shows)
        self.stand()
        return response

    def click(self, selector: str, shows: str = "body", **how) -> None:
        """Click, follow where it leads, and wait for what must be shown there."""
        self._page.click(selector, **how)
        self._page.wait_for_selector(shows)
        self.stand()

    def press(self, selector: str, key: str, shows: str = "body") -> None:
        self._page.press(selector, key)
        self._page.wait_for_selector(shows)
        self.stand()
