#!/usr/bin/env python
"""Django's command line. The embedded database and broker start on demand and stop with the last process that uses them."""

import importlib.util
import os
import sys
from pathlib import Path

# Everything else may read or write the database. makemigrations too: it compares with what is applied.
WITHOUT_DATABASE = {
    "help",
    "version",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
}


def use_venv() -> None:
    """Run again with the interpreter of .venv when this one has no Django."""
    python = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
    if importlib.util.find_spec("django") is None:
        if not python.exists() or os.environ.get("CHANGNING_REEXECUTED"):
            sys.exit("还没有安装依赖：请先运行 make setup。")
        os.environ["CHANGNING_REEXECUTED"] = "1"
        os.execv(python, [str(python), *sys.argv])


def needs_database(arguments: list[str]) -> bool:
    command = arguments[1] if len(arguments) > 1 else "help"
    asks_for_help = command.startswith("-") or {"-h", "--help"} & set(arguments)
    return not asks_for_help and command not in WITHOUT_DATABASE


def main() -> None:
    use_venv()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changning.settings.dev")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from changning import embedded  # noqa: PLC0415  needs the venv

    if needs_database(sys.argv):
        embedded.leave_at_exit()
        try:
            embedded.ensure_database()
            embedded.ensure_broker()
        except embedded.EmbeddedError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
