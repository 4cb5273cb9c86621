"""Bring database and static files up to date before the processes start; done steps are remembered by hash."""

import os
import subprocess
import tempfile
from pathlib import Path

from dev.common import PYTHON, ROOT, Trouble, digest, read_json, say, write_json
from dev.stopping import Stopping

IGNORED = {".venv", "var", "node_modules", "static_vendor", ".git", "tests"}


def database_and_files(data: Path, stopping: Stopping) -> None:
    path = data / "prepared.json"
    done = read_json(path)
    # A server that is not ours may have been exchanged: ask it each time.
    trust = not os.environ.get("DATABASE_URL")
    steps = {
        "migrations": (
            migrations,
            [
                ["migrate", "-v", "0"],
                ["load_map"],
                ["load_dictionaries"],
                ["seed_demo", "--if-empty"],
                ["nightly"],
            ],
        ),
        "static": (static_files, [["collectstatic", "--noinput", "-v", "0", "--clear"]]),
    }
    for name, (state, commands) in steps.items():
        now = state()
        manifest_lost = name == "static" and not (data / "static" / "staticfiles.json").exists()
        if done.get(name) == now and not manifest_lost and (trust or name == "static"):
            continue
        for command in commands:
            if stopping.is_set():
                return
            manage(command, stopping)
        if stopping.is_set():
            return
        done[name] = now
        write_json(path, done)


LABELS = {
    "migrate": "准备数据库……",
    "load_map": "载入街镇和社区……",
    "load_dictionaries": "载入字典和达标口径……",
    "seed_demo": "准备演示数据……",
    "nightly": "运行昨晚的夜间任务……",
    "collectstatic": "收集静态文件……",
}


LATER = {"nightly"}  # what the clock does again by itself is no reason not to start


def manage(command: list[str], stopping: Stopping) -> None:
    label = LABELS[command[0]]
    say(label)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen([str(PYTHON), "manage.py", *command], cwd=ROOT, stderr=errors)
        while process.poll() is None:
            if stopping.wait(0.05):
                end_early(process)
                return
        if process.returncode and not stopping.is_set():
            if command[0] in LATER:
                say(f"{label.rstrip('…')}没有成功，启动以后由定时任务再试。")
                return
            errors.seek(0)
            raise Trouble(f"{label.rstrip('…')}没有成功：\n{errors.read().strip()[-2000:]}")


def end_early(process: subprocess.Popen[bytes]) -> None:
    """Each step is one transaction or can be repeated, so ending it half way leaves nothing behind."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def migrations() -> str:
    """Migrations by content, and the map that load_map reads."""
    files = [path for path in sorted(ROOT.glob("*/migrations/*.py")) if path.parts[-3] not in IGNORED]
    files += sorted(path for path in (ROOT / "places").rglob("*.csv"))
    return digest(*files, extra=[str(path.relative_to(ROOT)) for path in files])


def static_files() -> str:
    """By name, size and time: reading megabytes at each start would cost more than it saves."""
    folders = [ROOT / "static", ROOT / "static_vendor"]
    folders += [path for path in ROOT.glob("*/static") if path.parts[-2] not in IGNORED]
    seen = []
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found = path.stat()
                seen.append(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}")
    return digest(ROOT / "requirements" / "runtime.txt", extra=seen)
