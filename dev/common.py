"""Folders, messages and stamps shared by the steps of set-up and by the supervisor."""

import contextlib
import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


class Trouble(Exception):
    """Something the person at the keyboard can mend; the message is a sentence with the remedy."""


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


def say(message: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(message, flush=True)


def stop_with(message: str) -> NoReturn:
    with contextlib.suppress(OSError):
        print(message, file=sys.stderr, flush=True)
    sys.exit(1)


def digest(*paths: Path, extra: Iterable[str] = ()) -> str:
    """One hash over names and contents; a missing file counts as such."""
    total = hashlib.sha256()
    for path in paths:
        total.update(str(path.name).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"-")
    for text in extra:
        total.update(text.encode("utf-8", "surrogateescape") + b"\0")
    return total.hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, content: dict[str, Any]) -> None:
    """In one step: a reader, or a power cut, never meets half a file."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Exclusive among processes; says `waiting` once when it has to wait."""
    try:
        file = open(path, "w")  # noqa: SIM115  closed below
    except OSError as error:
        raise Trouble(f"不能写入 {path.parent}（{error.strerror}）：请检查目录的权限。") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
