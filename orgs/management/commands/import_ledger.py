import json
import sys
from pathlib import Path

from django.core.management.base import CommandError

from core.audit.commands import Writing
from core.files.guard import Refused
from core.ledger.faults import RowError
from core.ledger.marking import mark
from core.ledger.reading import open_ledger
from orgs.actions.imports import run
from orgs.tables.ledgers import LEDGERS

FAULTS_PRINTED = 5_000


class Command(Writing):
    help = (
        "导入一份台账。打印一个 JSON 对象：read、created、updated、unchanged、rejected、held、faults、notes。"
        "read = created + updated + unchanged + rejected + held。"
    )

    def writes(self, options: dict) -> bool:
        return not options.get("dry_run")

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=list(LEDGERS), help="台账种类")
        parser.add_argument("file", type=Path, help="xlsx 工作簿")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--good-rows-only", action="store_true", help="有问题时仍写入没有问题的行")
        parser.add_argument(
            "--apply-held", action="store_true", help="编号相同而名称、成立日期都不同的行也更新（默认不动）"
        )
        parser.add_argument(
            "--clear-empty", action="store_true", help="空白单元格清空名册中原有的内容（默认保留）"
        )
        parser.add_argument("--marked-copy", type=Path, metavar="OUT.xlsx", help="把标注了问题的副本写到这里")

    def handle(
        self, *, kind, file: Path, dry_run, good_rows_only, apply_held, clear_empty, marked_copy, **options
    ):
        if not file.is_file():
            raise CommandError(f"找不到文件 {file}")
        ledger, faults = LEDGERS[kind], []
        try:
            outcome = run.run(
                ledger,
                file,
                by=None,
                write=not dry_run,
                choices=run.Choices(good_rows_only, apply_held, clear_empty),
                keep=run.keep_in_list(faults),
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        except RowError as error:
            raise CommandError(
                f"第 {error.row} 行处理时出错，没有写入任何内容：{error.__cause__!r}"
            ) from error
        if marked_copy:
            mark(file, marked_copy, open_ledger(file, ledger), faults)
        counts = outcome.counts()
        if not outcome.written and not dry_run:
            counts |= {"created": 0, "updated": 0}
        printed = counts | {
            "written": outcome.written,
            "faults": [f._asdict() for f in faults[:FAULTS_PRINTED]],
            "faults_total": len(faults),
            "notes": outcome.notes,
        }
        self.stdout.write(json.dumps(printed, ensure_ascii=False))
        if outcome.rejected and not (dry_run or good_rows_only):
            sys.exit(1)
