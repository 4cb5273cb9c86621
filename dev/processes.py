"""One supervised process, leader of its own process group."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from dev.common import ROOT

LOG_LIMIT = 10 * 1024 * 1024
LONGEST_DELAY = 30.0
STEADY_SECONDS = 60  # after this long a process counts as healthy and its next delay is short again


class Child:
    def __init__(self, name: str, label: str, command: list[str], log: Path, environment: dict[str, str]):
        self.name, self.label, self.command, self.log, self.environment = (
            name,
            label,
            command,
            log,
            environment,
        )
        self.process: subprocess.Popen | None = None
        self.begun = 0.0
        self.failures = 0
        self.next_start: float | None = None

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def start(self, keep_open: Sequence[int] = ()) -> None:
        with self.open_log() as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=keep_open,
            )
        self.begun, self.next_start = time.monotonic(), None

    def open_log(self) -> BinaryIO:
        """On a full disk a process without a log is better than none."""
        try:
            if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))
            return open(self.log, "ab")
        except OSError:
            return open(os.devnull, "ab")

    def ended(self) -> str | None:
        """How it ended, in words, or None while it runs. Does not reap it: its number stays taken until `clear`."""
        if self.process is None:
            return None
        found = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None:
            return None
        killed = found.si_code in (os.CLD_KILLED, os.CLD_DUMPED)
        return f"信号 {found.si_status}" if killed else f"退出码 {found.si_status}"

    def clear(self) -> None:
        """End what is left of its group, then reap it; only in this order is the group surely still ours."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def delay(self) -> float:
        """Seconds until the next start: 1, 2, 4 ... 30."""
        self.failures = 1 if time.monotonic() - self.begun > STEADY_SECONDS else self.failures + 1
        wait = min(2.0 ** (self.failures - 1), LONGEST_DELAY)
        self.next_start = time.monotonic() + wait
        return wait

    def due(self) -> bool:
        return self.process is None and self.next_start is not None and time.monotonic() >= self.next_start

    def ask_to_stop(self) -> None:
        if self.process is not None and self.ended() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait_until(self, end: float) -> None:
        """Patience until `end`; an unfinished task comes back at the next start, because it is acknowledged late."""
        while self.process is not None and self.ended() is None and time.monotonic() < end:
            time.sleep(0.05)
        self.clear()
