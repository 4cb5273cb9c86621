"""Where work in the background writes a file before it is kept: one folder for each piece of work, so that a killed attempt
leaves nothing that stays. A temporary directory of the system would stay, empty or not, after every kill."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

FORGOTTEN_AFTER = timedelta(days=1)


def place() -> Path:
    return Path(settings.MEDIA_ROOT) / "scratch"


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """An empty folder of this name, gone afterwards; what a killed attempt left in it goes first. Names are the job's, or the step's."""
    folder = place() / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> int:
    """Remove folders of work that was killed and not taken up again; how many."""
    before = (timezone.now() - FORGOTTEN_AFTER).timestamp()
    old = [folder for folder in place().glob("*") if folder.stat().st_mtime < before]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
