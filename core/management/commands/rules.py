"""Write docs/rules/<app>.md from the rows that the application runs on; --check tells whether a page is stale."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.casework.rules import page


def pages() -> dict[Path, str]:
    """Path → text of every app whose policy declares a workflow or a number."""
    found = {}
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(settings.BASE_DIR) or not find_spec(f"{config.name}.policy"):
            continue
        policy = import_module(f"{config.name}.policy")
        workflows, parameters = getattr(policy, "WORKFLOWS", []), getattr(policy, "PARAMETERS", [])
        if workflows or parameters:
            path = Path(settings.BASE_DIR) / "docs" / "rules" / f"{config.label}.md"
            found[path] = page(config.label, workflows, parameters)
    return found


class Command(BaseCommand):
    help = "生成 docs/rules/ 下的办理规则；--check 只检查是否过期。"

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="有过期的页面时以 1 退出")

    def handle(self, *args, check=False, **options):
        stale = [p for p, text in pages().items() if not p.exists() or p.read_text("utf-8") != text]
        if check and stale:
            raise CommandError(f"已过期：{'、'.join(p.name for p in stale)}。请运行 manage.py rules。")
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages()[path], "utf-8")
        self.stdout.write("\n".join(f"写入 {p.name}" for p in stale) or "没有变化")
