"""Secrets of a demo or a test run: made at random once, kept in DATA_DIR/secret.json, never used in production."""

import fcntl
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from changning.embedded.paths import data_dir

# No 0/O, 1/l/I: the password is read from a terminal and typed by hand.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def secret_key() -> str:
    """Django's SECRET_KEY for this data folder."""
    return _load(data_dir())["secret_key"]


def password() -> str:
    """The one password of all demo accounts; it has upper and lower case letters, a digit and a sign."""
    return _load(data_dir())["demo_password"]


def _generate() -> dict[str, str]:
    word = "".join(secrets.choice(LETTERS) for _ in range(8))
    return {
        "secret_key": secrets.token_urlsafe(64),
        "demo_password": f"Cn-{word}{secrets.randbelow(8) + 2}",
    }


@lru_cache
def _load(folder: Path) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret.json"
    with open(folder / "secret.lock", "w") as lock:  # several processes may come first
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            found = json.loads(path.read_text("utf-8"))
            if found.keys() >= {"secret_key", "demo_password"}:
                return found
        except (FileNotFoundError, ValueError):
            pass
        made = _generate()
        part = path.with_suffix(".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(made, file)
        part.replace(path)
        return made
