"""Reads the environment; every variable the product knows is named here."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


def flag(name: str, default: bool = False) -> bool:
    """True when the variable says so in one of the usual spellings."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    """A comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


# With less than this left on a disk the product shows and no longer writes.
DISK_RESERVE = int(text("DISK_RESERVE_MB", "100")) * 2**20  # bytes
