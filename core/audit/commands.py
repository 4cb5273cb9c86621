"""Commands that write: whoever runs one on the server leaves an event, as in the application."""

import getpass
import os
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from core import audit
from core.choices import AuditKind

SERVER = "服务器命令行"
PLAIN = {
    "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks",
}  # fmt: skip  # what every command of Django takes


def operator() -> str:
    """Who runs a command on the server, as the audit names them."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container that knows no names
        name = str(os.getuid())
    return f"{SERVER}（{name}）"


class Writing(BaseCommand):
    """A command whose runs are recorded, with what it was asked for; `writes(options)`: False when it only looks."""

    def writes(self, options: dict) -> bool:
        return True

    def execute(self, *args, **options):
        if not self.writes(options):
            return super().execute(*args, **options)
        try:
            done = super().execute(*args, **options)
        except CommandError as error:
            self.record(options, reason=str(error)[:200])
            raise
        self.record(options)
        return done

    def record(self, options: dict, **more) -> None:
        name = type(self).__module__.rpartition(".")[2]
        given = {k: v for k, v in options.items() if k not in PLAIN and v not in (None, False, "")}
        words = [f"{k}={v.name if isinstance(v, Path) else v}" for k, v in given.items()]
        audit.record(
            AuditKind.COMMAND, username=operator(), act=self.help, note=" ".join([name, *words]), **more
        )
