from core.audit.commands import Writing
from places.actions import load_map


class Command(Writing):
    help = "载入长宁区 10 个街镇和 189 个居委；已有的不动。"

    def handle(self, *args, **options):
        streets, communities = load_map()
        self.stdout.write(f"新增街镇 {streets} 个，居委 {communities} 个。")
