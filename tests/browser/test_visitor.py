"""The tests' own manners: an act ends on the page that it leads to, and nobody waits by the clock."""

import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.browser.checks import faults
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
PAGE = '<!doctype html><html lang="zh"><title>到了</title><main><h1>慢页</h1>'


class Slow(BaseHTTPRequestHandler):
    """A page whose end comes half a second after its beginning."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if self.path == "/slow/":
            self.wfile.write(PAGE.encode())
            time.sleep(0.5)
            self.wfile.write(b"<p id=end>end</p></main>")
        elif self.path == "/":
            self.wfile.write(f'{PAGE}<p><a href="/slow/">go</a></p></main>'.encode())

    def log_message(self, *args):
        pass


@pytest.fixture
def slow():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_act_ends_when_the_next_page_is_all_there(javascript, chromium, slow):
    context = chromium.new_context(java_script_enabled=javascript)
    page = Visitor(context.new_page())
    page.complaints = []
    page.goto(slow + "/")
    page.click("a")
    assert page.locator("#end").count() == 1
    page.goto(slow + "/")
    page.press("a", "Enter")
    assert page.locator("#end").count() == 1
    if javascript:
        assert faults(page) == []
    context.close()


def test_nobody_waits_by_the_clock_or_moves_about_alone():
    here = Path(__file__).parent
    alone = re.compile(r"wait_for_timeout|\bsleep\(|new_page\(\)")
    found = [
        f"{path.name}: {line.strip()}"
        for path in here.glob("*.py")
        if path.name not in ("visitor.py", Path(__file__).name)
        for line in path.read_text().splitlines()
        if alone.search(line) and "Visitor(" not in line
    ]
    assert found == []
