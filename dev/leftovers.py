"""End what a killed `make run` left behind, and nothing else.

run.json names the processes with their start times, and a random word that every one of them carries in its environment.
A process is ours when it still has the recorded start time, or carries the word: a pid alone is given out again.
"""

import contextlib
import errno
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

from dev.common import Trouble, read_json, say

RUN_FILE = "run.json"
MARK = "CHANGNING_RUN"
PATIENCE_SECONDS = 10


def started_at(pid: int) -> str | None:
    """Start time in ticks since boot; None for a process that is gone or a zombie.

    The same few lines are in changning/embedded/procs.py, which cannot be imported before Celery is installed.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def record(pid: int) -> dict[str, Any]:
    return {"pid": pid, "since": started_at(pid)}


def ours(data: Path) -> set[int]:
    """Pids of processes of an earlier run on this data folder that still live."""
    found = read_json(data / RUN_FILE)
    children = found.get("processes")
    children = children if isinstance(children, dict) else {}
    pids = {child["pid"] for child in children.values() if started_at(child["pid"]) == child["since"]}
    if mark := found.get("mark"):
        needle = f"{MARK}={mark}\0".encode()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):  # another user's, or gone
                if entry.name.isdigit() and needle in (entry / "environ").read_bytes():
                    pids.add(int(entry.name))
    return {pid for pid in pids if pid != os.getpid() and started_at(pid)}


def end(data: Path) -> None:
    if pids := ours(data):
        say(f"上次运行没有正常结束，先停止遗留的 {len(pids)} 个进程……")
    begun = time.monotonic()
    asked: set[int] = set()
    while pids := ours(data):
        late = time.monotonic() - begun > PATIENCE_SECONDS
        for pid in pids if late else pids - asked:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        if time.monotonic() - begun > 2 * PATIENCE_SECONDS:
            raise Trouble(f"遗留的进程 {sorted(pids)} 无法停止：请用启动它们的用户停止后重试。")
        asked |= pids
        time.sleep(0.1)
    (data / RUN_FILE).unlink(missing_ok=True)


def require_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Trouble(
                    f"端口 {port} 已被占用：请换一个端口，例如 make run PORT={port + 1}。"
                ) from error
            if error.errno == errno.EACCES:
                raise Trouble(
                    f"没有权限使用端口 {port}：请用 1024 以上的端口，例如 make run PORT=8000。"
                ) from error
            raise Trouble(
                f"不能在 {host}:{port} 上监听（{error.strerror}）：请检查 HOST 和 PORT。"
            ) from error
