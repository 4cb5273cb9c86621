"""The supervisor behind `make run`: embedded services, worker, beat and web server in the foreground.

Runs in the virtual environment; dev/commands.py has taken the run lock, ended leftovers and checked the port.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from changning import embedded
from dev import leftovers, prepare
from dev.commands import address
from dev.common import PYTHON, ROOT, Trouble, data_dir, say, stop_with, write_json
from dev.processes import Child, bound

BEAT_SECONDS = 0.5
WEB_PATIENCE_SECONDS = 60
STOP_SECONDS = 10
ACCESS = "%(t)s %(h)s %(m)s %(U)s %(s)s %(b)s %(M)s ms"  # without what was searched for


class Supervisor:
    def __init__(self) -> None:
        self.data = data_dir()
        self.host, self.port = address()
        self.mark = secrets.token_hex(16)
        self.stopping = threading.Event()
        self.children: list[Child] = []

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            self.start_embedded()
            prepare.database_and_files(self.data, self.stopping)
            if not self.stopping.is_set():
                self.start_children()
            while not self.stopping.wait(BEAT_SECONDS):
                self.look_after()
        finally:
            self.stop()

    def start_embedded(self) -> None:
        try:
            embedded.ensure_database()
            embedded.ensure_broker()
        except embedded.EmbeddedError as error:
            raise Trouble(str(error)) from error

    def start_children(self) -> None:
        """The web server first, and with it the list of accounts: the page comes up sooner when the rest waits."""
        web, *others = self.children = self.make_children()
        self.start_child(web)
        accounts = self.demo_accounts()
        self.greet(accounts)
        for child in others:
            self.start_child(child)

    def make_children(self) -> list[Child]:
        logs = self.data / "logs"
        logs.mkdir(exist_ok=True)
        (self.data / "beat").mkdir(exist_ok=True)
        celery = [str(PYTHON), "-m", "celery", "-A", "changning"]
        web = [str(PYTHON), "-m", "gunicorn", "changning.wsgi", "--worker-class", "gthread", "--preload"]
        web += ["--workers", "2", "--threads", "4", "--bind", f"{self.host}:{self.port}", "--timeout", "120"]
        web += ["--forwarded-allow-ips", "", "--no-control-socket", "--access-logfile", "-"]
        web += ["--access-logformat", ACCESS]
        commands = {
            "web": ("网页服务", web),
            "worker": ("后台任务", [*celery, "worker", "-l", "info", "-c", "2", "-n", "worker@%h"]),
            "beat": (
                "定时任务",
                [*celery, "beat", "-l", "info", "-s", str(self.data / "beat" / "schedule"), "--pidfile="],
            ),
        }
        environment = os.environ | {leftovers.MARK: self.mark}
        return [
            Child(name, label, command, logs / f"{name}.log", environment)
            for name, (label, command) in commands.items()
        ]

    def start_child(self, child: Child) -> None:
        self.note()  # the mark is on disk before anything carries it
        child.start(keep_open=self.lease_fds())
        self.note()

    def lease_fds(self) -> tuple[int, ...]:
        """Children keep the lease of the embedded services open, should this process be killed."""
        fd = embedded.lease().fd
        return () if fd is None else (fd,)

    def note(self) -> None:
        alive = {child.name: leftovers.record(child.pid) for child in self.children if child.pid}
        write_json(self.data / leftovers.RUN_FILE, {"mark": self.mark, "processes": alive})

    def look_after(self) -> None:
        for child in self.children:
            code = child.ended()
            if code is not None:
                child.clear()
                wait = child.delay()
                say(f"{child.label}意外退出（{code}），{wait:.0f} 秒后重新启动；日志：{child.log}")
            if child.due():
                self.start_child(child)
        for log in self.data.glob("*/*.log"):
            bound(log)
        self.look_after_embedded()

    def look_after_embedded(self) -> None:
        database_gone = not os.environ.get("DATABASE_URL") and embedded.postgres().pid() is None
        broker_gone = not os.environ.get("REDIS_URL") and not embedded.valkey().ready()
        if not (database_gone or broker_gone):
            return
        say(f"{'内置数据库' if database_gone else '内置消息队列'}意外停止，正在重新启动……")
        try:
            self.start_embedded()
        except Trouble as trouble:
            say(str(trouble))
            self.stopping.wait(5)
        else:
            say("已恢复。")

    def demo_accounts(self) -> subprocess.Popen[str]:
        command = [str(PYTHON), "manage.py", "demo_accounts"]
        return subprocess.Popen(
            command, cwd=ROOT, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def greet(self, accounts: subprocess.Popen[str]) -> None:
        shown = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        base = f"http://{shown}:{self.port}/"
        up = self.answers(f"{base}healthz")
        out, errors = accounts.communicate()
        if up:
            say(f"\n地址：{base}")
            say(out.rstrip() if accounts.returncode == 0 else errors.rstrip()[-500:])
            say("\n按 Ctrl-C 停止。")
        elif not self.stopping.is_set():
            say(f"网页服务还没有应答，请查看日志：{self.data / 'logs' / 'web.log'}")

    def answers(self, url: str) -> bool:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + WEB_PATIENCE_SECONDS
        while time.monotonic() < end and not self.stopping.is_set():
            try:
                with direct.open(url, timeout=5) as answer:
                    return answer.status == 200
            except (urllib.error.URLError, OSError):
                self.look_after()
                time.sleep(0.1)
        return False

    def stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        say("正在停止……")
        for child in self.children:
            child.ask_to_stop()
        end = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait_until(end)
        embedded.leave()
        (self.data / leftovers.RUN_FILE).unlink(missing_ok=True)
        say("已停止。")


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    lock = os.environ.pop("CHANGNING_RUN_LOCK", "")
    if not lock:
        stop_with("请用 make run 启动。")
    os.set_inheritable(int(lock), False)  # else an orphan would keep the lock of a killed supervisor
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changning.settings.dev")
    try:
        Supervisor().run()
    except Trouble as trouble:
        stop_with(str(trouble))


if __name__ == "__main__":
    main()
