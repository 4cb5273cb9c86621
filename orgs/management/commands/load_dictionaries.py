from core.audit.commands import Writing
from orgs.actions.setup import load_dictionaries


class Command(Writing):
    help = "载入类别、服务领域两个字典和首个达标口径；已有的不动。"

    def handle(self, *args, **options):
        entries, targets = load_dictionaries()
        self.stdout.write(f"新增字典项 {entries} 个，达标口径 {targets} 个。")
