"""PostgreSQL and Valkey for a machine that has neither. DATABASE_URL and REDIS_URL switch them off, each its own.

The URL functions start nothing. `ensure_*` start what does not run yet and take a lease on it; `leave` gives the lease back
and stops the services when no other process holds one.
"""

import atexit
import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from changning.embedded.lease import Lease
from changning.embedded.paths import EmbeddedError, data_dir, require_writable
from changning.embedded.postgres import Postgres, bin_dir
from changning.embedded.valkey import Valkey

__all__ = [
    "EmbeddedError",
    "Lease",
    "Postgres",
    "Valkey",
    "bin_dir",
    "broker_url",
    "database_url",
    "ensure_broker",
    "ensure_database",
    "lease",
    "leave",
    "postgres",
    "redis_url",
    "valkey",
]
DATABASE = "changning"


@lru_cache
def _postgres(data: Path) -> Postgres:
    # Tests throw their cluster away, so it need not survive a power cut.
    fast = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return Postgres(data, fast if os.environ.get("CHANGNING_TEST_DATA") == str(data) else None)


@lru_cache
def _valkey(data: Path) -> Valkey:
    return Valkey(data)


@lru_cache
def _lease(data: Path) -> Lease:
    return Lease(data)


def postgres() -> Postgres:
    return _postgres(data_dir())


def valkey() -> Valkey:
    return _valkey(data_dir())


def lease() -> Lease:
    return _lease(data_dir())


def database_url() -> str:
    return postgres().url(DATABASE)


def redis_url() -> str:
    """For redis-py and Django's cache."""
    return f"unix://{quote(str(valkey().sock))}?db=1"


def broker_url() -> str:
    """For Celery."""
    return f"redis+socket://{quote(str(valkey().sock))}?virtual_host=0"


def ensure_database() -> bool:
    """True when this call started the cluster; it then holds the database `changning`."""
    if os.environ.get("DATABASE_URL"):
        return False
    _take_lease()
    started = postgres().start()
    postgres().create_database(DATABASE)
    return started


def ensure_broker() -> bool:
    """True when this call started it."""
    if os.environ.get("REDIS_URL"):
        return False
    _take_lease()
    return valkey().start()


def leave() -> None:
    """Stop both when nobody else uses them. Safe to call twice, and in a forked child (which does nothing)."""
    mine = lease()
    if mine.alone():
        if valkey().ready():
            valkey().stop()
        if postgres().pid():
            postgres().stop()
    mine.leave()


def leave_at_exit() -> None:
    atexit.register(leave)


def _take_lease() -> None:
    require_writable(data_dir())
    lease().take()
