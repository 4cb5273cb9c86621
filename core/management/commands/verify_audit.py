from django.core.management.base import BaseCommand, CommandError

from core.audit.seals import Busy, seal
from core.audit.verify import verify


class Command(BaseCommand):
    help = "核验审计记录和变更历史：逐条重算校验值，指出被改动、删除、插入的记录；有问题时退出码为 1。"

    def add_arguments(self, parser):
        parser.add_argument("--seal", action="store_true", help="核验之后，把上次封存以来的变更历史封存")

    def handle(self, *args, **options):
        outcome = verify()
        for sentence in outcome.faults:
            self.stdout.write(sentence)
        if options["seal"]:
            try:
                kept = seal()
            except Busy as error:
                raise CommandError(str(error)) from error
            self.stdout.write(
                f"已封存，见第 {kept.pk} 号审计记录。" if kept else "上次封存以来没有新的变更历史。"
            )
        facts = f"审计记录 {outcome.events:,} 条，已封存的变更历史 {outcome.history:,} 条，用时 {outcome.seconds} 秒"
        if not outcome.whole:
            raise CommandError(
                f"核验发现 {len(outcome.faults)} 处问题（{facts}）。请保留现场并报告安全管理员。"
            )
        self.stdout.write(f"完整：{facts}。最后一条为第 {outcome.last} 号，校验值 {outcome.head or '—'}。")
