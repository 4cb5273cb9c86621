"""Where the embedded services keep their data and their sockets."""

import hashlib
import os
import re
import stat
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
SOCKET_PATH_LIMIT = 80  # sun_path holds 107 bytes, and PostgreSQL appends /.s.PGSQL.5432.lock
PLAIN = re.compile(r"[A-Za-z0-9/_.-]+")


class EmbeddedError(Exception):
    """An embedded service cannot run; the message is one Chinese sentence with the remedy."""


def data_dir() -> Path:
    """The folder named by DATA_DIR, `var/` of the checkout when unset."""
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


def socket_dir(data: Path) -> Path:
    """Folder for the sockets of one data folder.

    Beside the data where the path is short and plain. Otherwise a private folder below /tmp: socket paths are limited to
    107 bytes, and clients disagree about how a URL quotes blanks and Chinese. /tmp is fixed because TMPDIR may differ
    between two terminals, which then would not find the same server.
    """
    beside = data / "sock"
    if PLAIN.fullmatch(str(beside)) and len(str(beside)) <= SOCKET_PATH_LIMIT:
        return beside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"changning-{os.geteuid()}-{digest}"


def make_socket_dir(data: Path) -> Path:
    """Create it, private to this user; refuse a folder that somebody else prepared under that name."""
    path = socket_dir(data)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    owners = {os.geteuid(), NOBODY} if os.geteuid() == 0 else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(f"套接字目录 {path} 不属于当前用户或权限过宽：请删除它后重试。")
    return path


def require_writable(data: Path) -> None:
    """Data made as root cannot be used by an ordinary user afterwards: say so instead of failing somewhere deep."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"无法建立数据目录 {data}（{error.strerror}）：请用环境变量 DATA_DIR 指定可写的目录。"
        ) from error
    inside = [data, data / "pg", data / "valkey"]
    if any(path.exists() and not os.access(path, os.R_OK | os.W_OK | os.X_OK) for path in inside):
        raise EmbeddedError(
            f"数据目录 {data} 由其他用户建立，当前用户不能写入：请换回原用户，或用环境变量 DATA_DIR 另指定一个目录。"
        )
