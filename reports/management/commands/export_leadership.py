import datetime
from pathlib import Path

from django.core.management.base import CommandError
from django.utils import timezone

from core.audit.commands import Writing
from core.scope import Area
from orgs.actions.targets import snapshot
from orgs.queries.targets import rows
from reports.queries import run_of
from reports.workbook import build


class Command(Writing):
    help = "生成某一天的领导报表；当天还没有快照时先采一次。"

    def add_arguments(self, parser):
        parser.add_argument("--date", type=datetime.date.fromisoformat, help="YYYY-MM-DD，默认今天")
        parser.add_argument("--output", required=True, type=Path)

    def handle(self, *args, date=None, output, **options):
        today = timezone.localdate()
        date = date or today
        if date > today:
            raise CommandError("日期不能晚于今天。")
        if not rows(Area("all"), date):
            if date < today:
                raise CommandError(f"{date} 没有快照，可先运行 manage.py nightly --date {date} 补采。")
            snapshot(date)
        run = run_of(date)
        manifest = build(night=date, area=Area("all"), run_number=run.pk if run else None, path=output)
        counts = "，".join(f"{name} {count} 行" for name, count in manifest.rows.items())
        self.stdout.write(f"{output}：{counts}；校验和 {manifest.digest[:12]}")
