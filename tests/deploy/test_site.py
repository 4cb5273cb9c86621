"""What docs/operations.md tells an administrator to do, done: the files of deploy/, the proxy, backups."""

import re
import shutil
import subprocess
from urllib.parse import urlencode

import psycopg
import pytest

from tests.deploy.conftest import DEPLOY, HOST, ROOT, commands, free_port, nginx, running

LOGIN = "/accounts/login/"
needs_nginx = pytest.mark.skipif(
    not shutil.which("nginx"), reason="本机没有 nginx（apt-get install nginx-light openssl）"
)
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="本机没有 systemd-analyze（apt-get install systemd）"
)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def account(site):
    """(name, initial password) of the first account, made as the documentation says."""
    made = site.manage("create_account", "first", "--name", "系统管理员", "--role", "system_admin")
    assert made.returncode == 0, made.stderr
    return "first", re.search(r"初始密码：?\s*(\S+)", made.stdout)[1]


def sign_in(site, name, password, origin="", **more):
    """The answer to the sign-in form, sent as a browser sends it."""
    status, headers, page = site.ask(path=LOGIN, **more)
    assert status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    cookie = headers["Set-Cookie"].partition(";")[0]
    address = origin or f"https://{HOST}:{site.tls}"
    body = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token})
    return site.ask(
        "POST", LOGIN, body, Cookie=cookie, Origin=address, Referer=f"{address}{LOGIN}",
        Content_Type="application/x-www-form-urlencoded", **more,
    )  # fmt: skip


@needs_nginx
def test_who_signs_in_through_the_proxy_is_let_in_and_known_by_their_own_address(site, account):
    status, headers, _ = sign_in(site, *account, source="127.0.0.7", X_Forwarded_For="203.0.113.9")
    assert (status, headers["Location"]) == (302, "/")
    cookie = next(c for c in headers.get_all("Set-Cookie") if c.startswith("sessionid="))
    assert "Secure" in cookie and "HttpOnly" in cookie
    status, headers, _ = site.ask(Cookie=cookie.partition(";")[0])
    assert (status, headers["Location"], headers["Cache-Control"]) == (
        302,
        "/accounts/password/",
        "private, no-store",
    )
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        seen = connection.execute(
            "SELECT kind, host(address) FROM core_auditevent ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert seen == ("sign_in", "127.0.0.7")


@needs_nginx
def test_wrong_passwords_at_one_desk_lock_only_that_desk(site):
    made = site.manage("create_account", "second", "--name", "审计管理员", "--role", "audit_admin")
    password = re.search(r"初始密码：?\s*(\S+)", made.stdout)[1]
    tried = [
        sign_in(site, "second", "x", source="127.0.0.8", X_Forwarded_For=f"203.0.113.{n}")[0]
        for n in range(5)
    ]
    assert tried == [200] * 4 + [429]
    assert sign_in(site, "second", password, source="127.0.0.8")[0] == 429
    assert sign_in(site, "second", password, source="127.0.0.9")[0] == 302


@needs_nginx
def test_a_form_from_another_site_is_refused_in_words(site, account):
    status, _, page = sign_in(site, *account, origin="https://evil.example")
    assert status == 403 and "刷新后再提交。" in page


@needs_nginx
def test_plain_http_leads_to_the_same_address_and_other_names_lead_nowhere(site):
    status, headers, _ = site.ask(path="/orgs/?q=1", tls=False)
    assert (status, headers["Location"]) == (301, f"https://{HOST}/orgs/?q=1")
    for host in ("evil.example", "127.0.0.1", f"evil.{HOST}"):
        with pytest.raises(OSError):
            site.ask(host=host, tls=False)
        with pytest.raises(OSError):
            site.ask(host=host)


@needs_nginx
def test_what_was_searched_for_does_not_get_into_a_log(site):
    assert site.ask(path=f"{LOGIN}?next=/orgs/?q=13800001234")[0] == 200
    logs = {path.name: path.read_text() for path in site.data.parent.rglob("*.log")}
    assert f"GET {LOGIN} 200" in logs["changning.log"]
    assert [name for name, text in logs.items() if "13800001234" in text] == []


@needs_nginx
def test_static_files_come_through_and_may_be_kept(site):
    page = site.ask(path=LOGIN)[2]
    found = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
    status, headers, text = site.ask(path=found)
    assert status == 200 and "immutable" in headers["Cache-Control"] and "{" in text


@needs_nginx
def test_what_is_too_large_and_what_is_away_is_said_in_words(site, tmp_path):
    status, headers, page = site.ask("POST", LOGIN, b"x", Content_Length=str(60 * 1024 * 1024))
    assert (status, headers["Content-Type"]) == (
        413,
        "text/html; charset=utf-8",
    ) and "分成几个不超过 50 MB" in page
    there = (site.port, site.tls)
    site.port, site.tls = free_port(), free_port()
    try:
        with nginx(tmp_path / "nginx", site.port, site.tls, free_port()):
            status, headers, page = site.ask()
    finally:
        site.port, site.tls = there
    assert (status, headers["Retry-After"]) == (503, "60") and "系统正在维护" in page


@needs_nginx
def test_nginx_takes_the_file_without_a_warning(tmp_path):
    with nginx(tmp_path / "nginx", free_port(), free_port(), free_port()):
        assert (tmp_path / "nginx" / "error.log").read_text() == ""
        assert (tmp_path / "nginx" / "out.log").read_text() == ""


@needs_systemd
def test_worker_and_clock_start_under_the_filter_of_their_units(site, tmp_path):
    worker, beat = (commands(unit, 0, tmp_path)[0] for unit in ("worker", "beat"))
    logs = tmp_path / "worker.log", tmp_path / "beat.log"
    with (
        running(worker, lambda: " ready." in logs[0].read_text(), logs[0], site.environment),
        running(beat, lambda: any(tmp_path.glob("beat-schedule*")), logs[1], site.environment),
    ):
        assert "beat: Starting" in logs[1].read_text()
    assert "Operation not permitted" not in logs[0].read_text() + logs[1].read_text()


@needs_systemd
@pytest.mark.parametrize("unit", ["web", "worker", "beat", "release"])
def test_a_unit_is_shut_off_from_what_it_does_not_need(unit):
    path = DEPLOY / f"changning-{unit}.service"
    said = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True).stderr
    assert [line for line in said.splitlines() if "is not executable" not in line] == []
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", path], capture_output=True, text=True
    )
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", rated.stdout)[1]
    assert float(exposure) < 2, rated.stdout


def test_the_web_server_leaves_it_to_the_product_whom_to_believe():
    """gunicorn would take the scheme from whoever connects from this machine."""
    for path in ("deploy/changning-web.service", "deploy/Dockerfile", "dev/serve.py"):
        assert "--forwarded-allow-ips" in (ROOT / path).read_text(), path


def variables() -> set[str]:
    """Every variable that the settings read, but for those of development."""
    text = "".join(path.read_text() for path in (ROOT / "changning" / "settings").glob("*.py"))
    return set(re.findall(r'env\.\w+\(\s*"(\w+)"', text)) - {"DEMO", "DEBUG", "PYTEST_XDIST_WORKER"}


def test_every_variable_is_documented_and_passed_into_the_containers():
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text()))
    passed = set(re.findall(r"^    ([A-Z_]+): ", (DEPLOY / "compose.yml").read_text(), re.M))
    assert {"EMAIL_HOST", "PUBLIC_URL", "SITE_URL", "HTTPS", "TRUSTED_PROXIES", "SECRET_KEY"} <= variables()
    assert variables() - documented == set() and variables() - passed == set()


def blocks(heading: str) -> list[str]:
    """The shell commands under a heading of the operations manual."""
    section = (
        (ROOT / "docs" / "operations.md").read_text().partition(f"## {heading}\n")[2].partition("\n## ")[0]
    )
    return re.findall(r"```sh\n(.+?)```", section, re.S)


def counts(site) -> dict[str, int]:
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}


@pytest.mark.parametrize("server", [False, True], ids=["embedded", "server"])
def test_both_backups_of_the_manual_bring_everything_back(site, account, server, tmp_path):
    backup, restore = blocks("Backup and restore")[2 * server :][:2]
    environment = dict(site.environment) | {"PYTHONPATH": str(ROOT)}
    if not server:
        environment = {k: v for k, v in environment.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    kept = site.data / "files" / "attachments" / f"{server}.pdf"
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"%PDF-")

    def shell(script: str):
        done = subprocess.run(
            ["bash", "-euc", script], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-3000:]

    assert site.manage("verify_audit", "--seal").returncode == 0
    before = counts(site)
    assert before["accounts_user"] and before["core_auditevent"] and before["places_community"]
    shell(backup)
    kept.unlink()
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    shell(restore)
    assert counts(site) == before and kept.read_bytes() == b"%PDF-"
    verified = site.manage("verify_audit")
    assert verified.returncode == 0, verified.stdout + verified.stderr
