"""The client's address through real proxies: in the audit, in the lock-out, and never as the client claims."""

import http.client
import http.server
import os
import subprocess
import sys
import threading
import urllib.parse

import pytest
from django.test import RequestFactory
from django.utils import timezone

from accounts.backends import SIEGE
from core import client
from core.models import AuditEvent

LOGIN = "/accounts/login/"


class Proxy(http.server.BaseHTTPRequestHandler):
    """Appends whom it speaks with to X-Forwarded-For, as nginx does with $proxy_add_x_forwarded_for."""

    behind = ("", 0)

    def forward(self):
        sent = [v for v in self.headers.get_all("X-Forwarded-For", [])] + [self.client_address[0]]
        kept = {k: v for k, v in self.headers.items() if k.lower() != "x-forwarded-for"}
        connection = http.client.HTTPConnection(*self.behind)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection.request(self.command, self.path, body, kept | {"X-Forwarded-For": ", ".join(sent)})
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("date", "server", "transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = forward

    def log_message(self, *_):
        pass


@pytest.fixture
def proxied():
    """proxied(address of a server) → address of a proxy before it."""
    servers = []

    def start(behind):
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Before", (Proxy,), {"behind": behind})
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_address

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def front(live_server, proxied, settings):
    """The address of one trusted proxy before the server."""
    settings.AXES_ENABLED, settings.TRUSTED_PROXIES = True, 1
    return proxied((live_server.thread.host, live_server.thread.port))


def attempt(server, source, password, username="甲街经办", **headers) -> int:
    """Sign in from one of the machine's loopback addresses; the status of the answer."""
    connection = http.client.HTTPConnection(*server, source_address=(source, 0))
    connection.request("GET", LOGIN)
    page = connection.getresponse()
    token = page.read().decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    cookie = page.getheader("Set-Cookie").partition(";")[0]
    body = urllib.parse.urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", LOGIN, body, kind | {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def addresses():
    return list(AuditEvent.objects.order_by("id").values_list("kind", "address"))


@pytest.mark.django_db(transaction=True)
def test_the_audit_names_the_client_and_not_the_proxy_nor_what_the_client_claims(cast, front):
    assert attempt(front, "127.0.0.2", "x", X_Forwarded_For="203.0.113.9") == 200
    assert attempt(front, "127.0.0.3", "Demo-2026") == 302
    assert addresses() == [("sign_in_failed", "127.0.0.2"), ("sign_in", "127.0.0.3")]


@pytest.mark.django_db(transaction=True)
def test_wrong_passwords_of_one_desk_do_not_lock_the_officer_out_at_another(cast, front):
    spoofed = [attempt(front, "127.0.0.2", "x", X_Forwarded_For=f"203.0.113.{n}") for n in range(5)]
    assert spoofed == [200] * 4 + [429]
    assert attempt(front, "127.0.0.2", "Demo-2026") == 429
    assert attempt(front, "127.0.0.3", "Demo-2026") == 302


@pytest.mark.django_db(transaction=True)
def test_behind_two_proxies_the_outer_one_is_believed_and_nobody_before_it(cast, front, proxied, settings):
    settings.TRUSTED_PROXIES = 2
    attempt(proxied(front), "127.0.0.4", "x", X_Forwarded_For="203.0.113.9, 203.0.113.10")
    assert addresses() == [("sign_in_failed", "127.0.0.4")]


@pytest.mark.django_db(transaction=True)
def test_without_a_trusted_proxy_no_header_is_read(cast, live_server, settings):
    settings.AXES_ENABLED = True
    server = (live_server.thread.host, live_server.thread.port)
    for n in range(5):
        status = attempt(server, "127.0.0.2", "x", X_Forwarded_For=f"203.0.113.{n}")
    assert status == 429
    assert set(addresses()) == {("sign_in_failed", "127.0.0.2"), ("locked", "127.0.0.2")}


def guesses(*, locked=False, count=SIEGE):
    """So many wrong passwords for one account, each from another address."""
    for n in range(count):
        AuditEvent.objects.create(
            kind="sign_in_failed", username="甲街经办", address=f"203.0.113.{n}", at=timezone.now(),
            detail={"locked": True} if locked else {},
        )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("home", "status"), [("127.0.0.1", 302), ("198.51.100.1", 429)])
def test_guesses_from_everywhere_leave_the_account_open_at_its_owners_desk_only(
    cast, client, settings, home, status
):
    settings.AXES_ENABLED = True
    AuditEvent.objects.create(kind="sign_in", user=cast.street, username="甲街经办", address=home)
    guesses()
    answer = client.post(LOGIN, {"username": "甲街经办", "password": "Demo-2026"})
    assert answer.status_code == status
    assert ("多处反复试这个账号的密码" in answer.content.decode()) == (status == 429)
    assert client.post(LOGIN, {"username": "乙街经办", "password": "Demo-2026"}).status_code == 302


@pytest.mark.django_db
def test_knocking_at_a_closed_account_does_not_keep_it_closed(cast, client, settings):
    settings.AXES_ENABLED = True
    guesses(locked=True)
    assert client.post(LOGIN, {"username": "甲街经办", "password": "Demo-2026"}).status_code == 302


@pytest.mark.django_db
def test_what_is_refused_unread_is_marked_in_the_audit(cast, client, settings):
    settings.AXES_ENABLED = True
    guesses()
    client.post(LOGIN, {"username": "甲街经办", "password": "x"})
    assert AuditEvent.objects.latest("id").detail == {"locked": True}


@pytest.mark.parametrize(
    ("proxies", "told", "expected"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1 , 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9, unknown", "127.0.0.1"),
        (1, "203.0.113.9:4711", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "127.0.0.1"),
        (1, "２０３.0.113.9", "127.0.0.1"),
    ],
)
def test_the_entry_of_the_outermost_trusted_proxy_counts(proxies, told, expected, settings):
    settings.TRUSTED_PROXIES = proxies
    assert client.address(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=told)) == expected


def test_a_connection_without_an_address_has_none(settings):
    assert client.address(RequestFactory().get("/", REMOTE_ADDR="")) is None


@pytest.mark.parametrize(
    ("proxies", "said"),
    [("0", "None"), ("", "None"), ("1", "('HTTP_X_FORWARDED_PROTO', 'https')"), ("viele", "TRUSTED_PROXIES")],
)
def test_the_scheme_is_believed_from_a_trusted_proxy_only(proxies, said):
    code = "from changning.settings import base; print(base.SECURE_PROXY_SSL_HEADER)"
    environment = os.environ | {"TRUSTED_PROXIES": proxies}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert said in done.stdout + done.stderr
    assert (done.returncode == 0) == (proxies != "viele")
