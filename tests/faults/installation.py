"""A run of the product on a data folder of its own, and what can be done to it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 900  # set-up of the database and the demo on a slow machine
WELL_SECONDS = 180
CHILDREN = ("web", "worker", "beat")


class Installation:
    def __init__(self, folder: Path, port: int):
        self.folder, self.port = folder, port
        self.data = folder / "data"
        self.url = f"http://127.0.0.1:{port}"
        self.process: subprocess.Popen | None = None
        self.starts = 0
        (folder / "tmp").mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        here = {
            "DATA_DIR": str(self.data),
            "PORT": str(self.port),
            "TMPDIR": str(self.folder / "tmp"),
            "DEMO": "1",
        }
        dropped = ("DATABASE_URL", "REDIS_URL", "CHANGNING_TEST_DATA", "DJANGO_SETTINGS_MODULE")
        return {k: v for k, v in os.environ.items() if k not in dropped} | here

    def start(self) -> None:
        """As `make run` does; returns once the pages answer."""
        self.starts += 1
        with open(self.folder / "run.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "dev/bootstrap.py", "run"], cwd=ROOT, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.wait_well(START_SECONDS)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            if self.process.poll() is None:
                self.kill_everything()

    def said(self) -> str:
        return (self.folder / "run.log").read_text("utf-8", "replace")

    def well(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=3).status_code == 200
        except requests.RequestException:
            return False

    def wait_well(self, seconds: float = WELL_SECONDS) -> float:
        """Seconds until database, broker and pages answered."""
        begun = time.monotonic()
        while not self.well():
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"make run has ended by itself:\n{self.said()[-1500:]}")
            if time.monotonic() - begun > seconds:
                raise AssertionError(f"not well after {seconds:.0f} s:\n{self.said()[-1500:]}")
            time.sleep(0.2)
        return time.monotonic() - begun

    # ---- what can happen to it ----

    def pids(self) -> dict[str, int]:
        try:
            noted = json.loads((self.data / "run.json").read_text("utf-8"))["processes"]
        except (OSError, ValueError, KeyError):
            return {}
        return {name: process["pid"] for name, process in noted.items()}

    def kill(self, name: str) -> bool:
        """kill -9 of a child with its whole group; False when it was not running just then."""
        pid = self.pids().get(name)
        try:
            os.killpg(pid, signal.SIGKILL)
        except (ProcessLookupError, TypeError):
            return False
        return True

    def server(self, name: str) -> int | None:
        """Pid of the embedded `database` or `broker`."""
        file = {"database": "pg/cluster/postmaster.pid", "broker": "valkey/server.pid"}[name]
        try:
            return int((self.data / file).read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def signal_server(self, name: str, number: int) -> bool:
        pid = self.server(name)
        try:
            os.kill(pid, number)
        except (ProcessLookupError, TypeError):
            return False
        return True

    def kill_everything(self) -> None:
        """The power cut that leaves the disk: the supervisor, its children, the servers."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for name in CHILDREN:
            self.kill(name)
        for name in ("database", "broker"):
            self.signal_server(name, signal.SIGKILL)

    @contextlib.contextmanager
    def full_disk(self):
        """Every byte of the disk is taken. Only on a small disk of its own."""
        ballast = self.folder / "ballast"
        with open(ballast, "wb") as file:
            block = b"\0" * (1 << 20)
            with contextlib.suppress(OSError):
                while True:
                    file.write(block)
            with contextlib.suppress(OSError):
                file.flush()
        try:
            yield
        finally:
            ballast.unlink()


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int):
    """A disk in memory at `folder`, for whoever may mount one; yields whether it is there. One that is mounted there is used."""
    if folder.is_mount():
        yield True
        return
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    mounted = (
        megabytes > 0 and os.geteuid() == 0 and not subprocess.run(command, capture_output=True).returncode
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
