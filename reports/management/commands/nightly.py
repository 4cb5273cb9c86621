import datetime

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from core.audit.commands import Writing
from reports.actions import Busy, nightly, nights
from reports.choices import RunState


class Command(Writing):
    help = "运行所有漏掉、失败或中断的晚上，从最早的开始；给出日期时只运行那一天。同一天运行两次，结果不变。"

    def add_arguments(self, parser):
        parser.add_argument("--date", type=datetime.date.fromisoformat, help="YYYY-MM-DD，只运行这一天")

    def handle(self, *args, date=None, **options):
        try:
            runs = [nightly(date)] if date else nights()
        except Busy as error:
            raise CommandError(f"{error}后再运行。") from error
        except ValidationError as error:
            raise CommandError(error.message) from error
        if not runs:
            self.stdout.write("没有漏掉的晚上。")
        for run in runs:
            self.stdout.write(f"{run.date}：{run.get_state_display()}{'（补采）' if run.late else ''}")
            for step in run.steps.all():
                self.stdout.write(
                    f"  {step.get_step_display()}：{step.get_state_display()}，读取 {step.read}，变更 {step.changed}，"
                    f"{step.duration.total_seconds():.2f} 秒{'；' + step.message if step.message else ''}"
                )
        if failed := [str(run.date) for run in runs if run.state == RunState.FAILED]:
            raise CommandError(f"{'、'.join(failed)} 的夜间任务有步骤失败，改正原因后再次运行即可。")
