"""The temporary tables of one import: rows, faults, search keys. They vanish with the transaction."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from django.db import connection, models

from core.ledger.faults import HEADER_LIMIT, Fault, RowError, kept
from core.ledger.reading import PER_PAGE, Page, Sheet

BATCH = 4_000
FAULT_FIELDS = "row, col, header, kind, value, reason, allowed"
FAULTS_OF_SHEETS = (  # the fields of `Fault`: rows as their sheet shows them
    f"SELECT mod(f.row, {PER_PAGE}), f.col, f.header, f.kind, f.value, f.reason, f.allowed, p.name "
    f"FROM import_fault f JOIN import_page p ON p.number = f.row / {PER_PAGE} ORDER BY f.row, f.col"
)


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


class Staging:
    """`import_row` (one typed column per staged field, and what follows) and `import_fault`.

    ok: nothing is wrong with it; target: the record that it is, of that version, found by `matched` (a number or the name);
    doubt: why it may be another one after all; emptied: fields that the record has and the row leaves empty; change: see `RowGroup`.
    """

    def __init__(self, sheet: Sheet, columns: dict[str, str]):
        """columns: staged field → SQL type. Names come from declarations, never from a file."""
        self.sheet, self.columns = sheet, columns
        self.cursor = connection.cursor()
        self.cursor.execute("SET LOCAL work_mem = '64MB'")
        # The history triggers ask for a setting that a session may not have; the error that they catch then costs a walk over
        # all foreign keys still waiting to be checked, for every row: 100,000 rows take minutes. So: set it, check at once.
        self.cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        self.cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.cursor.execute("DROP TABLE IF EXISTS import_row, import_fault, import_key, import_page")
        typed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self.cursor.execute(
            "CREATE TEMP TABLE import_row (row integer, ok boolean DEFAULT true, target bigint, target_version integer, "
            f"matched text, doubt text, emptied text[] DEFAULT '{{}}', change text, {typed}) ON COMMIT DROP"
        )
        self.cursor.execute(
            "CREATE TEMP TABLE import_fault (row integer, col integer, header text, kind text, value text, "
            "reason text, allowed text) ON COMMIT DROP"
        )
        self.cursor.execute(
            "CREATE TEMP TABLE import_key (row integer, sort_key text, search_text text, search_terms text[]) "
            "ON COMMIT DROP"
        )
        self.cursor.execute("CREATE TEMP TABLE import_page (number integer, name text) ON COMMIT DROP")
        self.copy("COPY import_page FROM STDIN", [(page.number, page.name) for page in sheet.pages])

    def add(self, rows: Sequence[tuple], faults: Iterable[Fault]) -> None:
        """rows: (row, ok, *values in the order of `columns`)."""
        names = ", ".join(quoted(name) for name in self.columns)
        self.copy(f"COPY import_row (row, ok, {names}) FROM STDIN", rows)
        self.copy(f"COPY import_fault ({FAULT_FIELDS}) FROM STDIN", (fault[:7] for fault in faults))

    def copy(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Rows begin with their number: what the database does not take is told with it, as `RowError`."""
        numbers = []
        try:
            with self.cursor.cursor.copy(statement) as copy:
                for row in rows:
                    numbers.append(row[0])
                    copy.write_row(row)
        except psycopg.DataError as error:
            line = re.search(
                r"line (\d+)", error.diag.context or ""
            )  # the server's own count; else the last one sent
            raise RowError(numbers[int(line[1]) - 1 if line else -1]) from error

    def ready(self) -> None:
        self.cursor.execute("ALTER TABLE import_row ADD PRIMARY KEY (row)")
        self.cursor.execute("ANALYZE import_row")

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        self.cursor.execute(sql, params)
        return self.cursor.rowcount

    def one(self, sql: str, params: Sequence[Any] = ()) -> tuple:
        self.cursor.execute(sql, params)
        return self.cursor.fetchone()

    def all(self, sql: str, params: Sequence[Any] = ()) -> list[tuple]:
        self.cursor.execute(sql, params)
        return self.cursor.fetchall()

    def blame(self, field: str, kind: str, sql: str, params: Sequence[Any] = (), allowed: str = "") -> int:
        """Faults found by sets. `sql` selects (row, value, reason); each row is blamed once at the column of `field`."""
        where = {p.number: self._blamed(field, p) for p in self.sheet.pages}
        count = self.execute(
            f"WITH wrong (row, value, reason) AS ({sql}), place (number, col, header) AS (SELECT key::int, value ->> 0, value ->> 1 "
            f"FROM jsonb_each(%s::jsonb)) INSERT INTO import_fault ({FAULT_FIELDS}) SELECT row, col::int, header, %s, "
            f"coalesce(left(value, 500), ''), left(reason, 300), %s FROM wrong JOIN place ON place.number = row / {PER_PAGE}",
            [*params, json.dumps(where), kind, allowed],
        )
        if count:
            self.execute(
                "UPDATE import_row s SET ok = false FROM import_fault f WHERE f.row = s.row AND s.ok"
            )
        return count

    def _blamed(self, field: str, page: Page) -> tuple[int, str]:
        """(column, header) at which a sheet is blamed for a field; its first known column where it has none of the field."""
        index = self.sheet.at.get((page.number, field), page.plan[0][1])
        return index + 1, kept(page.headers[index], HEADER_LIMIT)

    def named(self, row: str) -> str:
        """An SQL expression of a row's name for messages: 第 5 行, with its sheet where there are several."""
        sheet = (
            f"(SELECT '工作表“' || p.name || '”' FROM import_page p WHERE p.number = {row} / {PER_PAGE}) || "
        )
        return f"({sheet if len(self.sheet.pages) > 1 else ''}'第 ' || mod({row}, {PER_PAGE}) || ' 行')"

    def place(self, row: int) -> int | str:
        """A row for people: its number, with its sheet where there are several."""
        page, number = self.sheet.where(row)
        return number if len(self.sheet.pages) == 1 else f"{page.name} {number}"

    def keep_absent(self, table: str, fields: Sequence[str]) -> None:
        """A column that a sheet does not have leaves the records of its rows as they are."""
        for page in self.sheet.pages:
            absent = [quoted(f) for f in fields if (page.number, f) not in self.sheet.at]
            if absent:
                self.execute(
                    f"UPDATE import_row s SET {', '.join(f'{f} = o.{f}' for f in absent)} FROM {table} o "
                    f"WHERE o.id = s.target AND s.row / {PER_PAGE} = %s",
                    [page.number],
                )

    def faults(self) -> Iterator[Fault]:
        """In the order of the sheets, fetched in portions."""
        self.cursor.execute(FAULTS_OF_SHEETS)
        while found := self.cursor.fetchmany(2_000):
            for row in found:
                yield Fault(*row)


def array_text(values: Iterable[str]) -> str:
    """A text[] as COPY reads it; four times as fast as the driver's own."""
    escaped = '","'.join(v.replace("\\", "\\\\").replace('"', '\\"') for v in values)
    return f'{{"{escaped}"}}' if escaped else "{}"


def sql_type(field: models.Field) -> str:
    """The column type without its length: lengths are checked with a message while parsing."""
    kind = field.db_type(connection)
    return "text" if kind.startswith("varchar") and not kind.endswith("[]") else kind
