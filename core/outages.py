"""Which errors come from outside of the product: a database, a broker or a disk that is away and will be back."""

import errno
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import django.db
import psycopg
from django.conf import settings
from django.db import connection

FULL = {"53100", "25006"}  # disk full; a server that only reads, as a standby does
AGAIN = {
    "40001",
    "40P01",
    "55P03",
    "57014",
}  # two people in each other's way: the same form once more succeeds
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
LOOK_EVERY = 1.0  # seconds between two looks at the disks

_looked = {"at": float("-inf"), "short": False}


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _sqlstates(error: BaseException | None) -> Iterator[str]:
    """The codes of the database's errors in a chain; an empty one where the connection itself failed."""
    for one in chain(error):
        lost = isinstance(one, (django.db.OperationalError, django.db.InterfaceError, psycopg.InterfaceError))
        if isinstance(one, psycopg.OperationalError):
            yield one.sqlstate or ""
        elif lost and not isinstance(one.__cause__, psycopg.Error) and _closed():
            yield ""


def _closed() -> bool:
    return connection.connection is None or connection.connection.closed


def database_away(error: BaseException | None) -> bool:
    """Whether the database could not be reached, is starting, or went away in the middle."""
    return any(
        code == "" or code[:2] in ("08", "57") and code != "57014" or code == "53300"
        for code in _sqlstates(error)
    )


def collision(error: BaseException | None) -> bool:
    """Whether two transactions were in each other's way: nothing was written, the same once more may succeed."""
    return any(code in AGAIN for code in _sqlstates(error))


def disk_full(error: BaseException | None) -> bool:
    """Whether something could not be written because a disk, here or of the database, holds no more."""
    return any(isinstance(one, OSError) and one.errno in NO_SPACE for one in chain(error)) or any(
        code in FULL for code in _sqlstates(error)
    )


def passing(error: BaseException | None) -> bool:
    """Whether the same work will succeed when the world outside is well again."""
    return database_away(error) or disk_full(error) or collision(error)


def short_of_space() -> bool:
    """Whether a disk that we write to has less left than the reserve: then nothing new is begun.

    The reserve is for what cannot wait: the log of the database, and what is being written just now.
    """
    now = time.monotonic()
    if now - _looked["at"] > LOOK_EVERY:
        _looked.update(at=now, short=any(free(place) < settings.DISK_RESERVE for place in places()))
    return bool(_looked["short"])


def places() -> set[Path]:
    return {Path(settings.DATA_DIR), Path(settings.MEDIA_ROOT)}


def free(place: Path) -> int:
    """Bytes that an ordinary user may still write; plenty where it cannot be asked."""
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 1 << 62
