"""python -m changning.embedded run COMMAND …: a command with the tools of the embedded server, started for it if need be.

psql, pg_dump and pg_restore are those that came with the server, and find it and its database without being told.
"""

import os
import subprocess
import sys

from changning import embedded


def run(command: list[str]) -> int:
    """The command's exit code. The server is stopped afterwards when nobody else uses it."""
    if os.environ.get("DATABASE_URL"):
        sys.exit("已设置 DATABASE_URL，没有使用内置数据库：请直接用那台服务器的 pg_dump、pg_restore。")
    embedded.ensure_database()
    try:
        server = {
            "PGHOST": str(embedded.postgres().sock),
            "PGUSER": "postgres",
            "PGDATABASE": embedded.DATABASE,
        }
        path = f"{embedded.bin_dir()}{os.pathsep}{os.environ.get('PATH', '')}"
        return subprocess.run(command, env=os.environ | server | {"PATH": path}).returncode
    except FileNotFoundError:
        sys.exit(f"没有找到命令 {command[0]}。")
    finally:
        embedded.leave()


if __name__ == "__main__":
    sys.exit(run(sys.argv[2:]) if sys.argv[1:2] == ["run"] and sys.argv[2:] else __doc__)
