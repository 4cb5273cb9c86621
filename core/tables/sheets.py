"""Lists as workbooks: typed cells, title and unit rows, frozen header, print set-up, and a 说明 sheet with a hash.

Written row by row in bounded memory by one function, so that another writer can take this one's place.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db.models import QuerySet
from django.utils import timezone
from rustpy_xlsxwriter import FastExcel, Format

from core.models.entered import FIRST_YEAR
from core.tables import Column

ID_HEADER = "系统编号"
TICK_EVERY = 500
HEADER_ROW = 2  # 0-based: title, unit row, header


@dataclass
class Sheet:
    """What goes out: columns with their rows, and what 说明 says of them."""

    title: str
    columns: Sequence[Column]
    rows: QuerySet
    scope: str
    filters: str = ""
    count: int = 0


def typed(value):
    """A cell's value: numbers as numbers, dates as dates, everything else as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if value.tzinfo else value
    return value


class Digest:
    """Counts and hashes rows while they pass; every so many it says how many."""

    def __init__(self, tick: Callable[[int], None] | None = None):
        self.count, self.hash, self.tick = 0, hashlib.sha256(), tick

    def through(self, rows: Iterator[dict]) -> Iterator[dict]:
        for row in rows:
            self.count += 1
            self.hash.update(repr([*row.values()]).encode())
            if self.tick and self.count % TICK_EVERY == 0:
                self.tick(self.count)
            yield row


def records(sheet: Sheet) -> Iterator[dict]:
    makers = [maker(c) for c in sheet.columns]
    labels = ["序号", *(c.label for c in sheet.columns), ID_HEADER]
    sources = [c.source for c in sheet.columns]
    rows = sheet.rows.values_list("pk", *sources).iterator(chunk_size=5000)
    for number, (pk, *values) in enumerate(rows, 1):
        cells = [make(v) if make else v for make, v in zip(makers, values, strict=True)]
        yield dict(zip(labels, (number, *cells, str(pk)), strict=True))


def maker(column: Column):
    """How a stored value becomes a cell; None when it is one already."""
    plain = column.plain()
    if column.choices is not None:
        known: dict = {}

        def words(value):
            if isinstance(value, list):
                return plain(value)
            if value not in known:
                known[value] = plain(value)
            return known[value]

        return words
    if column.kind == "date":
        return lambda value: day_of(plain(value))
    if column.kind in ("text", "short", "code"):
        return lambda value: value or None if isinstance(value, str) else typed(plain(value))
    return lambda value: typed(plain(value))


def day_of(value):
    """A date as a sheet holds it; what is no whole day, or lies before the calendar of sheets, as text."""
    return value.isoformat() if isinstance(value, date) and value.year < FIRST_YEAR else value


def write_sheet(sheet: Sheet, path: Path, tick: Callable[[int], None] | None = None) -> tuple[Path, int]:
    """Write the workbook; (path, rows). `tick(rows so far)` is called now and then and may raise to stop."""
    digest, now = Digest(tick), timezone.localtime()
    labels = ["序号", *(c.label for c in sheet.columns), ID_HEADER]
    header = (
        Format()
        .set_bold()
        .set_background_color("#DCE6F1")
        .set_border("thin")
        .set_text_wrap()
        .set_align("center")
    )
    title = Format().set_bold().set_font_size(16).set_align("center")
    formats = {c.label: Format().set_num_format("yyyy-mm-dd") for c in sheet.columns if c.kind == "date"}
    formats |= {
        c.label: Format().set_num_format("yyyy-mm-dd hh:mm") for c in sheet.columns if c.kind == "datetime"
    }
    book = FastExcel(str(path)).freeze(row=HEADER_ROW + 1, col=2)
    book.sheet(
        sheet.title[:31],
        digest.through(records(sheet)) if sheet.rows.exists() else [dict.fromkeys(labels)],
        header_row=HEADER_ROW,
        header_format=header,
        column_formats=formats,
        column_widths=[6.0, *(float(c.width) for c in sheet.columns), 10.0],
        merge_ranges=[
            (0, 0, 0, len(labels) - 1, sheet.title, title),
            (1, 0, 1, len(labels) - 1, f"范围：{sheet.scope}    数据截至：{now:%Y年%-m月%-d日 %H:%M}"),
        ],
        autofilter=True,
        page_setup={
            "landscape": True,
            "paper_size": 9,
            "fit_to_pages": (1, 0),
            "repeat_rows": (HEADER_ROW, HEADER_ROW),
            "footer": "&C第 &P 页 共 &N 页",
        },
    )
    book.sheet("说明", manifest(sheet, digest, now), column_widths=[16.0, 80.0])
    book.save()
    return path, digest.count


def manifest(sheet: Sheet, digest: Digest, now: datetime) -> Iterator[dict]:
    """Read after the data sheet was written: only then are rows and hash known."""
    facts = [
        ("名册", sheet.title),
        ("范围", sheet.scope),
        ("筛选", sheet.filters or "无"),
        ("数据截至", f"{now:%Y-%m-%d %H:%M:%S}"),
        ("行数", lambda: digest.count),
        ("校验和（SHA-256）", digest.hash.hexdigest),
        ("个人信息", "不含联系电话"),
    ]
    for label, value in facts:
        yield {"项目": label, "内容": str(value() if callable(value) else value)}
