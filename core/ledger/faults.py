"""Rows of a sheet → typed values and located faults. Cells that repeat are parsed once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from django.db import InterfaceError, OperationalError

from core.files.guard import Refused
from core.jobs import Stopped
from core.ledger.columns import LedgerColumn
from core.ledger.parsing import Unfit, is_blank, shown
from core.ledger.reading import PER_PAGE, Sheet
from core.ledger.unknown import NO_RESULT, is_unknown
from core.words import visible

MEMO_SIZE = 20_000
HEADER_LIMIT = 60


PASSING = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class RowError(Exception):
    """Something unforeseen happened at a row; `row` as the sheet shows it."""

    def __init__(self, row: int):
        super().__init__(f"row {row}")
        self.row = row

    def sentence(self, job: int) -> str:
        """For the person whose job it was: the same file would fail again and again."""
        return f"第 {self.row:,} 行无法处理，没有写入任何内容。请检查或删去这一行再上传；仍不行的，请把任务编号 {job} 告知系统管理员。"


@contextmanager
def telling_row(parser: "Parser") -> Iterator[None]:
    """What nobody foresaw while rows are read is told with the row, as `RowError`; what may pass goes on as it is."""
    try:
        yield
    except (Refused, Stopped, *PASSING):
        raise
    except RowError as error:
        raise RowError(parser.sheet.where(error.row)[1]) from error.__cause__
    except Exception as error:
        raise RowError(parser.sheet.where(parser.row)[1]) from error


def kept(raw: Any, limit: int) -> str:
    """A raw cell as it may be kept and shown: without what neither the database nor a sheet takes, bounded."""
    return visible(shown(raw))[:limit]


class Fault(NamedTuple):
    """One fault of one cell; row and column as the sheet shows them, from 1. Within an import `row` is the row of the ledger."""

    row: int
    column: int
    header: str
    kind: str
    value: str
    reason: str
    allowed: str
    sheet: str = ""


class Parsed(NamedTuple):
    """A data row: values by the position of `Parser.fields`, raw cells of its sheet, and what is wrong with it."""

    row: int
    values: list
    cells: list
    faults: list[Fault]


def cannot_be_known(raw: str) -> Unfit:
    """What an error cell is told: nothing is known of it, so it neither fills nor empties anything."""
    if raw == NO_RESULT:
        return Unfit("cell_error", "公式没有计算结果，请在 Excel 中打开、保存后再导入，或改填内容")
    return Unfit("cell_error", f"单元格是错误值 {raw.strip()[:20]}，请改填实际内容，没有内容的请清空")


@dataclass
class Parser:
    """Parses the declared columns that any of the sheets has. Columns without `parse` are left to the caller (raw, stripped).

    row: the row that is being read, for whoever must tell where something went wrong.
    """

    sheet: Sheet
    row: int = 0

    def __post_init__(self):
        self.columns = self.sheet.columns
        self.fields = [c.field for c in self.columns]
        self.at = {field: i for i, field in enumerate(self.fields)}

    def rows(self) -> Iterator[Parsed]:
        for page in self.sheet.pages:
            here = {c.field: (c, i) for c, i in page.plan}
            plan = [(*here[f], self._reader(here[f][0])) if f in here else None for f in self.fields]
            absent = [c.empty for c in self.columns]
            for number, cells in page.data():
                self.row = page.number * PER_PAGE + number
                yield self._row(self.row, cells, plan, absent)

    def _row(self, row: int, cells: list, plan: list, absent: list) -> Parsed:
        values, unfit = [], []
        for at, found in enumerate(plan):
            if found is None:
                values.append(absent[at])
                continue
            column, index, read = found
            value, wrong = read(cells[index])
            values.append(value)
            if wrong is not None:
                unfit.append((column, cells[index], wrong))
        faults = [self.fault(row, c, raw, w) for c, raw, w in unfit if not self._waived(c, w, values)]
        return Parsed(row, values, cells, faults)

    def raw(self, parsed: Parsed, field: str):
        """The cell of a field as it stands on the row's sheet, "" where the sheet has no such column."""
        at = self.sheet.position(field, parsed.row)
        return parsed.cells[at - 1] if at else ""

    def fault(self, row: int, column: LedgerColumn, raw: Any, wrong: Unfit) -> Fault:
        """row: of the ledger (see `Sheet`)."""
        allowed = wrong.allowed or "、".join(column.words())
        position, header = self.sheet.position(column.field, row) or 1, self.sheet.header(column.field, row)
        return Fault(
            row, position, kept(header, HEADER_LIMIT), wrong.kind, kept(raw, 500), kept(wrong.reason, 300), allowed[:500]
        )  # fmt: skip

    def _waived(self, column: LedgerColumn, wrong: Unfit, values: list) -> bool:
        if not column.waived_by or wrong.kind != column.waived_by[0]:
            return False
        note = self.at.get(column.waived_by[1])
        if note is None or not values[note]:
            return False
        values[self.at[column.field]] = wrong.value
        return True

    @staticmethod
    def _reader(column: LedgerColumn) -> Callable[[Any], tuple[Any, Unfit | None]]:
        memo: dict = {}
        missing = Unfit(column.required_kind, f"“{column.header}”必须填写")
        blank = (column.empty, missing if column.required else None)
        parse = column.parse

        def parsed(raw):
            if is_blank(raw):
                return blank
            if is_unknown(raw):
                return column.empty, cannot_be_known(raw)
            if parse is None:
                return raw, None
            try:
                value = parse(raw)
            except Unfit as wrong:
                return (wrong.value if wrong.value is not None else column.empty), wrong
            # Text that was only invisible characters is empty as well.
            return blank if value == "" else (value, None)

        def read(raw):
            if raw == "":
                return blank
            if raw is True or raw is False:  # equal to 1 and 0 as keys of the memo
                return parsed(raw)
            found = memo.get(raw)
            if found is None:
                found = parsed(raw)
                if len(memo) < MEMO_SIZE:
                    memo[raw] = found
            return found

        return read
