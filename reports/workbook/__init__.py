"""The workbook for leadership: built from one Book, in the order in which leaders read it."""

import datetime
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from django.utils import timezone
from openpyxl import Workbook

from core.scope import Area
from reports.workbook import overview, sheets
from reports.workbook.figures import Book, gather
from reports.workbook.style import Col, body, finish, head

SHEETS = [
    ("概览", overview.write),
    ("街镇达标表", sheets.streets),
    ("社区明细", sheets.communities),
    ("三级名册", sheets.register),
    ("休眠名单", sheets.dormant),
]
BASIS = [Col("项目", width=24), Col("内容", width=110)]


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
    basis(workbook.create_sheet("口径说明"), book, manifest)
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
    """口径说明: data as of, run number, rows and hash, what counts and on what basis."""
    policy = book.policy
    head(sheet, "口径说明", book.night, "—", BASIS)
    rows = [
        ["数据截至", f"{book.night:%Y-%m-%d} 24 时"],
        ["批次号（夜间任务）", f"{book.run_number}" if book.run_number else "按需生成"],
        ["生成时间", f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"],
        *([f"行数：{name}", f"{count}"] for name, count in manifest.rows.items()),
        ["校验和（SHA-256）", manifest.digest],
    ]
    if policy:
        expired = policy.expires_on and policy.expires_on < book.night
        rows += [
            [
                "目标",
                f"各社区平均不少于 {policy.minimum.normalize():f} 个（{policy.effective_from:%Y-%m-%d} 起）",
            ],
            ["计入口径", policy.counting_basis],
            ["依据", policy.legal_basis],
            [
                "依据有效期",
                f"至 {policy.expires_on:%Y-%m-%d}{'，已过有效期，新文件施行前沿用' if expired else ''}"
                if policy.expires_on
                else "未设",
            ],
        ]
    rows += [
        ["平均数", "计入的组织数除以居委数，保留两位小数；是否达标按未取整的数判断"],
        ["休眠", "超过该层级的活动周期加宽限期没有活动记录；期限见系统“口径与期限”"],
        ["个人信息", "本报表不含负责人、联系人、电话等个人信息"],
    ]
    finish(sheet, BASIS, body(sheet, BASIS, rows))
    sheet.auto_filter.ref = None
