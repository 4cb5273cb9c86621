"""A throw-away data folder for one test run, so that tests neither meet each other nor a running `make run`.

`changning.settings.test` calls `use_private_data_dir()` before it reads anything else. The first process of a run (pytest's
controller) makes the folder, starts the services and removes everything at its end; xdist workers inherit DATA_DIR.
"""

import atexit
import os
import shutil
from pathlib import Path

from changning import embedded
from changning.embedded.paths import data_dir, socket_dir
from changning.embedded.procs import running, started_at


def use_private_data_dir() -> None:
    """Starts the embedded services unless DATABASE_URL and REDIS_URL name servers."""
    if "CHANGNING_TEST_DATA" in os.environ:
        return
    base = data_dir() / "test"
    base.mkdir(parents=True, exist_ok=True)
    for path in base.iterdir():
        _sweep(path)
    mine = base / f"{os.getpid()}-{started_at(os.getpid())}"
    mine.mkdir()
    os.environ["DATA_DIR"] = os.environ["CHANGNING_TEST_DATA"] = str(mine)
    atexit.register(_remove, mine, os.getpid())
    embedded.ensure_database()
    embedded.ensure_broker()


def _sweep(path: Path) -> None:
    """Remove what a killed run left behind; its folder is named after its process."""
    pid, _, since = path.name.partition("-")
    if not pid.isdigit() or (running(int(pid)) and started_at(int(pid)) == since):
        return
    held = embedded.Lease(path)
    held.take()
    if held.alone():  # a worker of that run may still be at work
        embedded.Valkey(path).stop()
        if embedded.Postgres(path).pid():
            embedded.Postgres(path).stop()
        shutil.rmtree(socket_dir(path), ignore_errors=True)
        shutil.rmtree(path, ignore_errors=True)
    held.leave()


def _remove(path: Path, owner: int) -> None:
    if os.getpid() != owner:
        return
    embedded.valkey().stop()
    embedded.postgres().stop()
    embedded.leave()
    shutil.rmtree(socket_dir(path), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
