"""What every benchmark stands on: a database of a scale, signed-in servers of all contenders, and a clock."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
# contender → (settings or WSGI application, its server); the servers run exactly like the product's own
SERVERS = {
    "product": ("benchmarks.peers.ours", "changning.wsgi"),
    "stock": ("benchmarks.peers.stock", "changning.wsgi"),
    "limit": ("benchmarks.peers.stock", "benchmarks.peers.limit:application"),
}
SERVER_OF = {
    "ours": "product",
    "admin": "stock",
    "admin uncounted": "stock",
    "bare": "stock",
    "limit": "limit",
}


class Request(NamedTuple):
    """One page: the contender whose server is asked, path, query, and who is signed in (a key of `people.PEOPLE`)."""

    contender: str
    path: str
    query: dict
    who: str = "all"


class Rig:
    """One scale: `with Rig(base, "city", quick) as rig`. Stops what it started."""

    def __init__(self, base: Path, scale: str, quick: bool):
        self.base, self.scale, self.quick = base, scale, quick
        self.data = base / scale
        self.environment = os.environ | {"DATA_DIR": str(self.data), "PYTHONPATH": str(ROOT), "DEMO": "1"}
        self.ports: dict[str, int] = {}
        self.servers: list[subprocess.Popen] = []

    def rounds(self, tiny: int, quick: int, full: int) -> int:
        """How often, or how many rows: as few as show that it runs, a first look, or what is published."""
        return tiny if self.scale == "tiny" else quick if self.quick else full

    def __enter__(self):
        self.data.mkdir(parents=True, exist_ok=True)
        self.manage("migrate", "-v", "0")
        self.manage("seed_demo", "--if-empty", "--scale", self.scale)
        # A process of ours that stays open keeps the embedded services up for all others.
        self.keeper = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.job", "keep"],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.stock"},
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.facts = json.loads(self.keeper.stdout.readline())
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.terminate()
        for server in self.servers:
            server.wait(20)
        self.keeper.stdin.close()
        self.keeper.wait(60)

    def manage(self, *words: str) -> None:
        subprocess.run([sys.executable, "manage.py", *words], env=self.environment, cwd=ROOT, check=True)

    def job(self, name: str, *words: str, settings: str = "benchmarks.peers.ours") -> dict:
        """One piece of work in a process of its own: {"seconds", "rss_mib", …}."""
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.job", name, *words],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": settings}, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return json.loads(done.stdout.splitlines()[-1])

    def serve(self) -> None:
        """Start the servers of all contenders, once."""
        if self.servers:
            return
        for name, (settings, application) in SERVERS.items():
            self.ports[name] = free_port()
            command = [
                sys.executable,
                "-m",
                "gunicorn",
                application,
                "--worker-class",
                "gthread",
                "--workers",
                "2",
            ]
            command += [
                "--threads",
                "4",
                "--bind",
                f"{HOST}:{self.ports[name]}",
                "--log-level",
                "error",
                "--no-control-socket",
            ]
            environment = self.environment | {"DJANGO_SETTINGS_MODULE": settings}
            self.servers.append(subprocess.Popen(command, env=environment, cwd=ROOT))
        for port in self.ports.values():
            wait_for(port)

    def address(self, asked: Request) -> tuple[int, str, dict]:
        """(port, path, headers) of a page."""
        text = f"?{urlencode(asked.query)}" if asked.query else ""
        cookie = f"sessionid={self.facts['sessions'][asked.who]}"
        return (
            self.ports[SERVER_OF[asked.contender]],
            asked.path + text,
            {"Cookie": cookie, "Host": "localhost"},
        )

    def get(self, asked: Request) -> tuple[float, bytes]:
        """(milliseconds, body) of one page, connection included. RuntimeError unless it answers 200."""
        port, target, headers = self.address(asked)
        line = http.client.HTTPConnection(HOST, port, timeout=120)
        begun = time.perf_counter()
        line.request("GET", target, headers=headers | {"Connection": "close"})
        answer = line.getresponse()
        body = answer.read()
        spent = (time.perf_counter() - begun) * 1000
        line.close()
        if answer.status != 200:
            raise RuntimeError(f"{asked.contender} {target}: {answer.status} {body[:300]!r}")
        return spent, body


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
