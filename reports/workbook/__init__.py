"""The workbook for leadership: built from one Book, in the order in which leaders read it."""

import datetime
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone
from openpyxl import Workbook

from core.scope import Area
from core.words import trimmed
from reports.workbook import overview, sheets
from reports.workbook.figures import Book, gather
from reports.workbook.style import Col, body, finish, head

SHEETS = [
    ("概览", overview.write),
    ("街镇达标表", sheets.streets),
    ("办理情况", sheets.work),
    ("社区明细", sheets.communities),
    ("三级名册", sheets.register),
    ("休眠名单", sheets.dormant),
]
BASIS = [Col("项目", width=26), Col("内容", width=84)]
CONTENTS = [
    ("概览", "一页：结论、主要数字与变化、差额最大的居委、平均数最低的街镇、走势"),
    ("街镇达标表", "一页：各街镇三级数量、平均数、是否达标、类别构成"),
    ("办理情况", "一页：各街镇备案办理、年度复核、小组确认、重大活动报告"),
    ("社区明细", "不超过四页：每个居委的数量和差额"),
    ("三级名册、休眠名单", "供查阅，平时隐藏，不随整本打印；在任一工作表标签上按右键，选“取消隐藏”即可打开"),
    ("说明", "一页：本表"),
]


@dataclass
class Manifest:
    """What was written: data rows per sheet, and the SHA-256 of all cells (not of the file, which holds its own date)."""

    rows: dict[str, int] = field(default_factory=dict)
    digest: str = ""


def build(*, night: datetime.date, area: Area, run_number: int | None, path: Path) -> Manifest:
    """Write the workbook of a night to `path`. The night needs a snapshot; without one every figure is 0."""
    book = gather(night, area, run_number)
    workbook, manifest = Workbook(), Manifest()
    workbook.remove(workbook.active)
    for name, write in SHEETS:
        manifest.rows[name] = write(workbook.create_sheet(name), book)
    manifest.digest = digest(workbook)
    basis(workbook.create_sheet("说明"), book, manifest)
    workbook.properties.title = f"长宁区社会组织工作日报 {night:%Y-%m-%d}"
    workbook.properties.creator = "长宁区民政局"
    workbook.save(path)
    return manifest


def digest(workbook: Workbook) -> str:
    """SHA-256 of every cell above the foot lines, sheet by sheet."""
    found = hashlib.sha256()
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows(values_only=True):
            if not str(row[0] or "").startswith("制表人"):
                found.update(repr(row).encode())
    return found.hexdigest()


def basis(sheet, book: Book, manifest: Manifest) -> None:
    """说明: what the sheets hold, data as of, run number, rows and hash, what counts and on what basis."""
    policy = book.policy
    head(sheet, "说明", book.night, "—", BASIS)
    rows = [
        ["数据截至", f"{book.night:%Y-%m-%d} 24 时；名册和在办件数为生成报表时的数字"],
        ["生成时间", f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"],
        ["批次号（夜间任务）", f"{book.run_number}" if book.run_number else "按需生成"],
        *([f"工作表：{name}", words] for name, words in CONTENTS),
        *([f"行数：{name}", f"{count}"] for name, count in manifest.rows.items()),
        ["校验和（SHA-256）", manifest.digest],
    ]
    if policy:
        expired = policy.expires_on and policy.expires_on < book.night
        until = f"至 {policy.expires_on:%Y-%m-%d}" if policy.expires_on else "未设"
        rows += [
            ["目标", f"各社区平均不少于 {trimmed(policy.minimum)} 个（{policy.effective_from:%Y-%m-%d} 起）"],
            ["计入口径", policy.counting_basis],
            ["依据", policy.legal_basis],
            ["依据有效期", f"{until}{'，已过有效期，新文件施行前沿用' if expired else ''}"],
        ]
    rows += [
        ["平均数", "计入的组织数除以居委数，保留两位小数；是否达标按未取整的数判断"],
        ["休眠", "超过该层级的活动周期加宽限期没有活动记录；期限见系统“设置”"],
        ["个人信息", "本报表不含负责人、联系人、电话等个人信息"],
    ]
    finish(sheet, BASIS, body(sheet, BASIS, rows), upright=True)
    sheet.auto_filter.ref = None
