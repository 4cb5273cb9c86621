"""Demo data: a believable district, or a city or nation of synthetic rows for benchmarks."""

import datetime
from io import StringIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import User
from core.audit.commands import Writing
from core.registry import DEMO
from orgs.actions import dormancy, targets
from orgs.actions.setup import load_dictionaries
from orgs.demo.bulk import SCALES, plant_bulk
from orgs.demo.plant import plant
from orgs.demo.requests import plant_requests
from orgs.models import Organization
from places.actions import load_map
from places.models import District


class Command(Writing):
    help = "写入演示数据；已有组织的数据库一律不动。"

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="已有组织时安静地结束，不算出错")
        parser.add_argument(
            "--scale",
            choices=["district", *SCALES],
            default="district",
            help="规模（city、nation 用于性能测试）",
        )
        parser.add_argument("--as-of", type=datetime.date.fromisoformat, help="数据截至哪一晚，默认昨晚")
        parser.add_argument("--seed", type=int, default=2021, help="随机种子：同一个种子得到同样的数据")
        parser.add_argument(
            "--force-empty", action="store_true", help="非演示模式下也写入（仍然只写入空的数据库）"
        )

    def handle(self, *args, **options):
        if not (settings.DEMO or options["force_empty"]):
            raise CommandError(
                "演示数据只能在演示模式（DEMO=1）下写入；确实需要时，对空的数据库加 --force-empty。"
            )
        if Organization.objects.exists():
            if options["if_empty"]:
                self.stdout.write("数据库里已有组织，演示数据未写入。")
                return
            raise CommandError("数据库里已有组织，演示数据不会写入：请换一个空的数据库。")
        as_of = options["as_of"] or timezone.localdate() - datetime.timedelta(days=1)
        if options["scale"] == "district":
            self.district(as_of, options["seed"])
        else:
            self.bulk(options["scale"], as_of, options["seed"])
        if not connection.in_atomic_block:  # a test keeps one open
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")

    def district(self, as_of: datetime.date, seed: int) -> None:
        load_map()
        load_dictionaries()
        if settings.DEMO:
            call_command("demo_accounts", stdout=StringIO())
        users = dict(User.objects.values_list("name", "pk"))
        for label, count in plant(as_of, seed, users).items():
            self.stdout.write(f"{label} {count:,} 条")
        self.stdout.write(f"状态变更申请 {plant_requests(timezone.localdate())} 件")
        for path in DEMO:
            label, count = import_string(path)(timezone.localdate())
            self.stdout.write(f"{label} {count:,} 件")
        dormancy.mark(as_of)
        targets.snapshot(as_of, today=as_of)  # the last night counts what the requests changed

    def bulk(self, scale: str, as_of: datetime.date, seed: int) -> None:
        if District.objects.exists():
            raise CommandError("性能测试数据要写入没有街镇的空数据库：请另建一个数据库。")
        load_dictionaries()
        count = plant_bulk(scale, as_of, seed, self.stdout.write)
        self.stdout.write(f"组织 {count:,} 条")
