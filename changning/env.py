"""Reads the environment; every variable the product knows is named here."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


def flag(name: str, default: bool = False) -> bool:
    """True when the variable says so in one of the usual spellings; an empty one says nothing."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def count(name: str, default: int = 0) -> int:
    """A whole number from 0 on. ImproperlyConfigured names the variable that holds something else."""
    value = (os.environ.get(name) or str(default)).strip()
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"环境变量 {name} 应是 0 或正整数，现在是“{value}”，请改正后重新启动。")
    return int(value)


def words(name: str) -> list[str]:
    """A comma-separated variable as a list without blanks."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def text(name: str, default: str = "") -> str:
    return os.environ.get(name) or default


# With less than this left on a disk the product shows and no longer writes.
DISK_RESERVE = int(text("DISK_RESERVE_MB", "100")) * 2**20  # bytes
