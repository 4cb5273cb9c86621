import datetime

from django.core.management.base import CommandError
from django.utils import timezone

from core.commands import Writing
from reports.actions import Busy, catch_up, nightly
from reports.choices import RunState


class Command(Writing):
    help = "运行某一天的夜间任务：休眠判定 → 达标快照 → 领导报表。同一天运行两次，结果不变。"

    def add_arguments(self, parser):
        parser.add_argument("--date", type=datetime.date.fromisoformat, help="YYYY-MM-DD，默认今天")

        parser.add_argument("--missed", action="store_true", help="补跑漏掉的晚上")

    def handle(self, *args, date=None, missed=False, **options):
        today = timezone.localdate()
        try:
            if missed:
                for run in catch_up(today):
                    self.stdout.write(f"{run.date}：{run.get_state_display()}")
                return
            run = nightly(date or today)
        except Busy as error:
            raise CommandError(str(error)) from error
        for step in run.steps.all():
            self.stdout.write(
                f"{step.get_step_display()}：{step.get_state_display()}，读取 {step.read}，变更 {step.changed}，"
                f"{step.duration.total_seconds():.2f} 秒{'；' + step.message if step.message else ''}"
            )
        if run.state == RunState.FAILED:
            raise CommandError(f"{run.date} 的夜间任务有步骤失败，改正原因后再次运行即可。")
