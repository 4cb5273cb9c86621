"""Folders for work in progress below DATA_DIR: what a killed process left behind is cleared away after a day."""

import datetime
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

LEFT_AFTER = datetime.timedelta(days=1)  # far longer than any work may take


def place() -> Path:
    """Where the folders lie, private to the account that runs the product."""
    found = Path(settings.DATA_DIR) / "scratch"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"{prefix}-", dir=place()) as name:
        yield Path(name)


def clear_old() -> int:
    """Remove what nobody works on any more; how many."""
    before, count = time.time() - LEFT_AFTER.total_seconds(), 0
    for path in place().iterdir():
        if path.lstat().st_mtime < before:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            count += 1
    return count
