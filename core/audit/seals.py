"""Seals over the history: per table of events, digests of blocks of rows, kept as an event of the chain.

A row of history is sealed together with its context, which says who, what and why. What was written since the last seal is
not covered yet; columns that a table gets later do not disturb a seal, a column that it loses makes it unreadable.
"""

from dataclasses import dataclass

from django.db import OperationalError, connection, models, transaction

from core import audit
from core.choices import AuditKind
from core.history import event_models
from core.models import AuditEvent

BLOCK = 1_000  # rows under one digest: a later change is narrowed down to these
PATIENCE = "30s"


class Busy(Exception):
    """Somebody is writing the history for longer than we wait."""


@dataclass(frozen=True)
class Block:
    """`low` to `high` are ids without a hole to the block before; seal: id of the event that keeps it."""

    low: int
    high: int
    rows: int
    digest: str
    seal: int = 0


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def row_words(columns: list[str]) -> str:
    """The text of a row `e` with its context `c`, as SQL. The session's time zone must be UTC."""
    cells = ", ".join(f"e.{quoted(c)}" for c in columns)
    return f"convert_to(to_jsonb(ROW({cells}, c.metadata))::text, 'UTF8')"


def source(model: type[models.Model]) -> str:
    return f"{quoted(model._meta.db_table)} e LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id"


def columns_of(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def title(model: type[models.Model]) -> str:
    return f"{model.pgh_tracked_model._meta.verbose_name}的变更历史"


@dataclass(frozen=True)
class Part:
    """What one seal holds of one table."""

    table: str
    columns: tuple[str, ...]
    blocks: list[Block]


def seals() -> tuple[list[Part], list[str]]:
    """(parts of all seals, oldest first; sentences about seals that cannot be read, because somebody wrote into them)."""
    parts, faults = [], []
    for kept in AuditEvent.objects.filter(kind=AuditKind.SEAL).order_by("id"):
        try:
            parts += [_part(table, part, kept.pk) for table, part in kept.detail["tables"].items()]
        except (AttributeError, KeyError, TypeError, ValueError):
            faults.append(f"第 {kept.pk} 号封存的内容无法读取。")
    return parts, faults


def _part(table: str, part: dict, seal: int) -> Part:
    blocks, low = [], int(part["from"])
    for high, rows, digest in part["blocks"]:
        if not low <= int(high) < 2**62:
            raise ValueError(high)
        blocks.append(Block(low, int(high), int(rows), str(digest), seal))
        low = int(high) + 1
    return Part(table, tuple(map(str, part["columns"])), blocks)


def seal() -> AuditEvent | None:
    """Seal all history since the last seal; None when there is none. Raises Busy."""
    sealed: dict[str, int] = {}
    for part in seals()[0]:
        sealed[part.table] = max([sealed.get(part.table, 0), *(block.high for block in part.blocks)])
    found = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            cursor.execute("SET LOCAL TIME ZONE 'UTC'")
            # Whoever is writing finishes first: below the highest id that is seen now, nothing will appear any more.
            for model in event_models():
                cursor.execute(f"LOCK TABLE {quoted(model._meta.db_table)} IN SHARE MODE")
            for model in event_models():
                if part := _sealed(cursor, model, sealed.get(model._meta.db_table, 0)):
                    found[model._meta.db_table] = part
            cursor.execute("SET LOCAL lock_timeout = 0")
    except OperationalError as error:
        raise Busy("名册正在写入，变更历史这次没有封存；下一次夜间任务会一并封存。") from error
    # Apart from the locks: the chain has its own, and two kinds held together could wait for each other.
    return audit.record(AuditKind.SEAL, tables=found) if found else None


def _sealed(cursor, model: type[models.Model], after: int) -> dict | None:
    """{from, to, rows, columns, blocks: [[to, rows, digest]]} of what a table holds beyond an id."""
    columns = columns_of(model)
    cursor.execute(
        "SELECT max(id), count(*), encode(sha256(string_agg(words, '\\x0a'::bytea ORDER BY id)), 'hex') FROM ("
        f"SELECT e.pgh_id AS id, {row_words(columns)} AS words, "
        f"(row_number() OVER (ORDER BY e.pgh_id) - 1) / {BLOCK} AS block FROM {source(model)} WHERE e.pgh_id > %s"
        ") AS rows GROUP BY block ORDER BY block",
        [after],
    )
    blocks = [list(block) for block in cursor.fetchall()]
    if not blocks:
        return None
    return {
        "from": after + 1,
        "to": blocks[-1][0],
        "rows": sum(rows for _, rows, _ in blocks),
        "columns": columns,
        "blocks": blocks,
    }


def check() -> tuple[int, list[str]]:
    """(rows that hold, sentences about blocks that do not)."""
    known = {model._meta.db_table: model for model in event_models()}
    parts: dict[tuple[str, tuple[str, ...]], list[Block]] = {}
    found, faults = seals()
    whole = 0
    for part in found:
        parts.setdefault((part.table, part.columns), []).extend(part.blocks)
    for (table, columns), blocks in parts.items():
        model = known.get(table)
        lost = [c for c in columns if model and c not in columns_of(model)]
        if model is None or lost:
            what = f"栏目 {'、'.join(lost)}" if lost else "这张表"
            faults.append(f"表 {table} 自封存以后没有了{what}，第 {blocks[0].seal} 号等封存无法核验。")
            continue
        good, wrong = _compared(model, list(columns), blocks)
        whole += good
        faults += wrong
    return whole, faults


def _compared(model: type[models.Model], columns: list[str], blocks: list[Block]) -> tuple[int, list[str]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(
            "SELECT r.rows, r.digest FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS b(low, high, n) "
            "CROSS JOIN LATERAL (SELECT count(*) AS rows, "
            f"encode(sha256(string_agg({row_words(columns)}, '\\x0a'::bytea ORDER BY e.pgh_id)), 'hex') AS digest "
            f"FROM {source(model)} WHERE e.pgh_id BETWEEN b.low AND b.high) r ORDER BY b.n",
            [[b.low for b in blocks], [b.high for b in blocks]],
        )
        now = cursor.fetchall()
    good, faults = 0, []
    for block, (rows, digest) in zip(blocks, now, strict=True):
        if digest == block.digest:
            good += rows
            continue
        what = (
            f"少了 {block.rows - rows} 条"
            if rows < block.rows
            else f"多了 {rows - block.rows} 条"
            if rows > block.rows
            else "有内容被改动"
        )
        faults.append(
            f"{title(model)}（表 {model._meta.db_table}）第 {block.low} 至 {block.high} 号{what}，"
            f"与第 {block.seal} 号封存不符。"
        )
    return good, faults
