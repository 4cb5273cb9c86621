"""The targets of the Makefile."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from dev import leftovers
from dev.common import PYTHON, ROOT, Trouble, data_dir, say, stop_with
from dev.install import set_up

HELP = """make run     安装依赖并启动演示（端口用 PORT 指定，默认 8000）
make setup   只安装依赖
make test    安装依赖并运行全部测试（ARGS="tests/orgs -k 关键字" 只运行一部分）
make bench   运行性能对比
make lint    检查代码格式
make lock    依据 requirements/*.in 与 package.json 重新锁定依赖"""
MINIMUM_FREE = 500 * 1024 * 1024


def main(arguments: list[str]) -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    name, *rest = arguments or ["help"]
    known = {"run": run, "setup": setup, "test": test, "bench": bench, "lint": lint, "lock": lock}
    if name not in known:
        say(HELP)
        return
    os.chdir(ROOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        known[name](rest)
    except Trouble as trouble:
        stop_with(str(trouble))
    except KeyboardInterrupt:
        stop_with("已中断。")


def run(_: list[str]) -> None:
    data = data_dir()
    check_disk(data)
    lock_fd = hold_run_lock(data)
    leftovers.end(data)
    leftovers.require_free_port(*address())
    set_up(dev=False)
    os.set_inheritable(lock_fd, True)
    environment = os.environ | {"CHANGNING_RUN_LOCK": str(lock_fd)}
    os.execve(PYTHON, [str(PYTHON), "-m", "dev.serve"], environment)


def setup(_: list[str]) -> None:
    check_disk(data_dir())
    set_up(dev=False)
    say("准备完毕：make run 启动，make test 运行测试。")


def test(arguments: list[str]) -> None:
    check_disk(data_dir())
    set_up(dev=True)
    become(["-m", "pytest", "-p", "dev.pytest_plugin", *arguments])


def bench(arguments: list[str]) -> None:
    check_disk(data_dir())
    set_up(dev=True)
    become(["benchmarks/run.py", *arguments])


def lint(_: list[str]) -> None:
    set_up(dev=True)
    steps = [["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."], ["-m", "mypy"]]
    sys.exit(max(subprocess.run([str(PYTHON), *step]).returncode for step in steps))


def lock(_: list[str]) -> None:
    """--universal: one list for 3.11 to 3.13; without it, a patch release of Python changes what is needed."""
    set_up(dev=True)
    options = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade"
    for name in ("runtime", "dev", "uv", "node"):
        extra = ["-c", "requirements/runtime.txt"] if name == "dev" else []
        files = [f"requirements/{name}.in", *extra, "-o", f"requirements/{name}.txt"]
        subprocess.run(
            [str(PYTHON), "-m", "uv", "pip", "compile", "-q", *files, *options.split()], check=True
        )
    if shutil.which("npm"):
        subprocess.run(["npm", "install", "--package-lock-only"], check=True)
    else:
        say("本机没有 npm，package-lock.json 未更新。")


def become(arguments: list[str]) -> None:
    os.execv(PYTHON, [str(PYTHON), *arguments])


def address() -> tuple[str, int]:
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Trouble(f"端口 PORT={port} 不是 1 到 65535 的数：请改正后重试。")
    return host, int(port)


def shown(host: str, port: int) -> str:
    """The address that a person on this machine opens."""
    name = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def check_disk(data: Path) -> None:
    for place, name in ((data, "数据目录"), (ROOT, "程序目录")):
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        if free < MINIMUM_FREE:
            raise Trouble(
                f"磁盘空间不足：{name} {place} 只剩 {free // 2**20} MB，至少需要 500 MB，请清理磁盘"
                "或用环境变量 DATA_DIR 把数据目录放到别处。"
            )


def hold_run_lock(data: Path) -> int:
    """One supervisor per data folder. The lock outlives the exec below and ends with the process."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        fd = os.open(data / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Trouble(
            f"数据目录 {data} 不能写入（{error.strerror}）：它可能由其他用户建立，"
            "请换回原用户，或用环境变量 DATA_DIR 另指定一个目录。"
        ) from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder, _, where = os.read(fd, 300).decode("utf-8", "replace").partition(" ")
        raise Trouble(
            f"已经在运行：{where or '地址见那个终端'}（进程 {holder or '?'}，数据目录 {data}）。"
            "要重新启动，请先在那个终端按 Ctrl-C 停止。"
        ) from None
    os.ftruncate(fd, 0)
    os.write(fd, f"{os.getpid()} {shown(*address())}".encode())
    return fd
