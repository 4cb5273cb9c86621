"""A site as docs/operations.md describes it: the commands of the units, production settings, a real nginx before them."""

import contextlib
import ctypes
import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from changning.embedded import Lease, paths
from changning.embedded.postgres import Postgres, bin_dir
from changning.embedded.valkey import server_binary
from tests.deploy import confined

LIBC, END_WITH_PARENT = ctypes.CDLL(None), 1
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DROP_IN = DEPLOY / "changning-.service.d" / "common.conf"
HOST = "changning.example.org"
CONFINED = [sys.executable, confined.__file__, str(DROP_IN)] if confined.available() else []


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def commands(unit: str, port: int, data: Path) -> list[list[str]]:
    """What a unit starts, with this machine's Python, port and folder in place of the server's; under the unit's filter."""
    found = re.findall(r"^ExecStart=(.+)$", (DEPLOY / f"changning-{unit}.service").read_text(), re.M)
    replaced = {
        "/srv/changning/.venv/bin/python": sys.executable, "127.0.0.1:8000": f"127.0.0.1:{port}",
        "/var/lib/changning": str(data),
    }  # fmt: skip
    for old, new in replaced.items():
        found = [
            command.replace(old, shlex.quote(new) if old.startswith("/srv") else new) for command in found
        ]
    return [[*CONFINED, *shlex.split(command)] for command in found]


@dataclass
class Site:
    """port, tls: where nginx listens; environment: that of every command of the product."""

    port: int
    tls: int
    environment: dict[str, str]
    data: Path

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def ask(self, method="GET", path="/", body=None, *, source="127.0.0.1", host=HOST, tls=True, **headers):
        """(status, headers, text) of one request, as a browser at `source` sends it. OSError when there is no answer."""
        port = self.tls if tls else self.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.sock = socket.create_connection(("127.0.0.1", port), 60, (source, 0))
        if tls:
            context = ssl._create_unverified_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
        named = {"Host": f"{host}:{port}"} | {key.replace("_", "-"): value for key, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()


def nginx_files(folder: Path, port: int, tls: int, web: int) -> Path:
    """deploy/nginx.conf on loopback ports, with a certificate of its own, within the frame that Debian has around it."""
    folder.mkdir()
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    make += ["-subj", f"/CN={HOST}", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(make, check=True, capture_output=True)
    site = (DEPLOY / "nginx.conf").read_text()
    site = (
        site.replace("/var/log/nginx", str(folder))
        .replace("/etc/changning/tls", str(folder))
        .replace("127.0.0.1:8000", f"127.0.0.1:{web}")
    )
    site = re.sub(r"listen 80\b", f"listen 127.0.0.1:{port}", site)
    site = re.sub(r"listen 443\b", f"listen 127.0.0.1:{tls}", site)
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    who = "user root;\n" if os.geteuid() == 0 else ""
    frame = f"{who}pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
    frame += f"http {{\naccess_log off;\n{temporary}include {folder}/site.conf;\n}}\n"
    (folder / "nginx.conf").write_text(frame)
    return folder / "nginx.conf"


@contextlib.contextmanager
def running(command: list[str], ready, log: Path, environment=None):
    """A process in a group of its own until the block ends, or the tests are killed; `ready` says when it answers."""
    with open(log, "ab") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=lambda: LIBC.prctl(END_WITH_PARENT, signal.SIGTERM),
        )
    try:
        end = time.monotonic() + 120
        while not ready():
            assert process.poll() is None and time.monotonic() < end, log.read_text()[-3000:]
            time.sleep(0.1)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def nginx(folder: Path, port: int, tls: int, web: int):
    conf = nginx_files(folder, port, tls, web)
    command = [
        shutil.which("nginx") or "nginx",
        "-p",
        str(folder),
        "-e",
        f"{folder}/error.log",
        "-c",
        str(conf),
    ]
    with running([*command, "-g", "daemon off;"], lambda: listens(tls), folder / "out.log"):
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The product behind nginx, with one account; its database and broker are servers of their own."""
    folder = tmp_path_factory.mktemp("site")
    data = folder / "data"
    (data / "files").mkdir(parents=True)
    database, broker, lease = Postgres(data, {"fsync": "off"}), free_port(), Lease(data)
    lease.take()  # as long as the site runs, nobody else stops its database
    database.start()
    database.create_database("changning")
    found = Site(free_port(), free_port(), environment(database, broker, data), data)
    web, queue = (
        free_port(),
        [str(server_binary()), "--port", str(broker), "--bind", "127.0.0.1", "--dir", str(data)],
    )
    with contextlib.ExitStack() as up:
        up.callback(shutil.rmtree, paths.socket_dir(data), ignore_errors=True)
        up.callback(lease.leave)
        up.callback(database.stop)
        up.enter_context(running(queue, lambda: listens(broker), folder / "valkey.log"))
        for command in commands("release", web, data):
            done = subprocess.run(command, cwd=ROOT, env=found.environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-3000:]
        serve = commands("web", web, data)[0]
        up.enter_context(running(serve, lambda: listens(web), folder / "web.log", found.environment))
        if shutil.which("nginx"):
            up.enter_context(nginx(folder / "nginx", found.port, found.tls, web))
        yield found


def environment(database: Postgres, broker: int, data: Path) -> dict[str, str]:
    """That of the units, and their variables as an administrator sets them."""
    machine = {"PATH": f"{bin_dir()}{os.pathsep}{os.environ['PATH']}", "HOME": str(data), "LANG": "C.UTF-8"}
    return machine | {
        "DJANGO_SETTINGS_MODULE": "changning.settings.base", "DATA_DIR": str(data),
        "SECRET_KEY": "k" * 60, "ALLOWED_HOSTS": f"{HOST},localhost", "TRUSTED_PROXIES": "1",
        "DATABASE_URL": database.url("changning"), "REDIS_URL": f"redis://127.0.0.1:{broker}/0", "SITE_URL": f"https://{HOST}",
    }  # fmt: skip
