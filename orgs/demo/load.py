"""Rows into tables by COPY, without the triggers that would log each of them as a change of this moment."""

import json
from collections.abc import Iterable, Sequence
from contextlib import contextmanager

from django.db import connection, models
from psycopg import sql


def columns(model: type[models.Model], skip: Sequence[str] = ()) -> list[str]:
    """Attribute names of everything that is stored, generated columns excepted."""
    return [f.attname for f in model._meta.concrete_fields if not f.generated and f.attname not in skip]


def copy(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> int:
    """Write rows (values in the order of attribute `names`) into the model's table; how many.

    COPY owns the connection until the last row: making the rows must not query.
    """
    by_name = {f.attname: f.column for f in model._meta.concrete_fields}
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(sql.Identifier(by_name[n]) for n in names)
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row([json.dumps(v, ensure_ascii=False) if isinstance(v, dict) else v for v in row])
            count += 1
    return count


def follow_sequence(model: type[models.Model]) -> None:
    """Ids were given by us: let the next one come after them."""
    table, pk = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT coalesce(max({pk}), 0) + 1 FROM {table}), false)",
            [table, pk],
        )


@contextmanager
def without_triggers(*models_: type[models.Model]):
    """History is not written in here; use it within a transaction, which puts the triggers back if anything fails."""
    with connection.cursor() as cursor:
        for model in models_:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else pending checks forbid ALTER TABLE
        for model in models_:
            cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
