"""What one act did to the rows of one model, in a temporary table, and the statements that take it back."""

from collections.abc import Iterable

from django.db import connection, models
from django.utils import timezone

from core.undo.registry import Undoable, registered

CHANGED, GONE, TAKEN, ORPHAN = "changed", "gone", "taken", "orphan"
NO_EARLIER = "no_earlier"
SETTLED = "settled"
HELD = "held:"  # followed by what hangs on the row
SILENT = "(kind = 'none' OR kind <> 'restore' AND why IS NOT DISTINCT FROM 'gone')"


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def cells(alias: str, fields: Iterable[models.Field]) -> str:
    return ", ".join(f"{alias}.{quoted(f.column)}" for f in fields)


class Rows:
    """Call `prepare`, `lock` when it is meant, then `blame` of all models, then the three that write. In one transaction."""

    def __init__(self, kind: Undoable, number: int, cursor):
        self.kind, self.cursor = kind, cursor
        self.name = f"undo_{number}"
        self.table, self.events = quoted(kind.table), quoted(kind.events._meta.db_table)

    def execute(self, sql: str, params=()) -> int:
        self.cursor.execute(sql, params)
        return self.cursor.rowcount

    def prepare(self, context: str) -> int:
        """Rows of the act; `prior` is the state before it."""
        self.execute(f"DROP TABLE IF EXISTS {self.name}")
        self.execute(
            f"CREATE TEMP TABLE {self.name} ON COMMIT DROP AS SELECT a.id, a.first, a.last, "
            "CASE WHEN f.pgh_label = 'insert' AND l.pgh_label = 'delete' THEN 'none' WHEN f.pgh_label = 'insert' THEN 'remove' "
            "WHEN l.pgh_label = 'delete' THEN 'back' ELSE 'restore' END AS kind, "
            "CASE WHEN l.pgh_label <> 'delete' THEN b.prior WHEN a.first = a.last THEN a.last ELSE coalesce(b.prior, a.last) "
            "END AS prior, true AS loud, NULL::text AS why "
            f"FROM (SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last FROM {self.events} "
            f"WHERE pgh_context_id = %s GROUP BY 1) a JOIN {self.events} f ON f.pgh_id = a.first "
            f"JOIN {self.events} l ON l.pgh_id = a.last LEFT JOIN LATERAL (SELECT max(e.pgh_id) AS prior FROM {self.events} e "
            "WHERE e.pgh_obj_id = a.id AND e.pgh_id < a.first) b ON true",
            [context],
        )
        self.execute(f"ALTER TABLE {self.name} ADD PRIMARY KEY (id)")
        self.execute(f"ANALYZE {self.name}")
        self.execute(f"SELECT count(*) FROM {self.name} WHERE kind <> 'none'")
        return self.cursor.fetchone()[0]

    def lock(self) -> None:
        """Nobody edits these rows until the act is taken back; always in the same order."""
        self.execute(
            f"SELECT count(*) FROM (SELECT o.id FROM {self.table} o JOIN {self.name} u ON u.id = o.id ORDER BY o.id FOR UPDATE OF o) s"
        )

    # ---- what must stay as it is ----------------------------------------------------------------------------------

    def find_changed(self, take: Iterable[int] = ()) -> None:
        """Rows that are gone, that are there again, or that somebody changed since, those of `take` excepted."""
        live = f"EXISTS (SELECT 1 FROM {self.table} o WHERE o.id = u.id)"
        self.execute(
            f"UPDATE {self.name} u SET why = %s WHERE kind = 'back' AND {live} OR kind <> 'back' AND NOT {live}",
            [GONE],
        )
        self.execute(
            f"UPDATE {self.name} SET why = %s WHERE why IS NULL AND kind = 'restore' AND prior IS NULL",
            [NO_EARLIER],
        )
        before, then = cells("p", self.kind.loud), cells("l", self.kind.loud)
        self.execute(
            f"UPDATE {self.name} u SET loud = false FROM {self.events} p, {self.events} l WHERE u.kind = 'restore' "
            f"AND p.pgh_id = u.prior AND l.pgh_id = u.last AND ROW({before}) IS NOT DISTINCT FROM ROW({then})"
        )
        # What was changed and put back again counts as unchanged, and so does what follows from other records.
        self.execute(
            f"UPDATE {self.name} u SET why = %s FROM {self.table} o, {self.events} l WHERE u.why IS NULL AND u.loud "
            f"AND u.kind <> 'back' AND o.id = u.id AND l.pgh_id = u.last "
            f"AND ROW({cells('o', self.kind.loud)}) IS DISTINCT FROM ROW({then}) AND NOT u.id = ANY(%s)",
            [CHANGED, list(take)],
        )
        if self.kind.settled:
            self.execute(
                f"UPDATE {self.name} u SET why = %s FROM {self.table} o, {self.events} p, {self.events} l "
                "WHERE (u.why IS NULL OR u.why = %s) AND u.kind = 'restore' AND o.id = u.id AND p.pgh_id = u.prior "
                f"AND l.pgh_id = u.last AND ({self.kind.settled('o', 'p', 'l')})",
                [SETTLED, CHANGED],
            )

    def find_held(self, others: dict[type, "Rows"]) -> None:
        """A row that the act made cannot go while other records hang on it that neither go with it nor go elsewhere. Children are asked first."""
        for relation in self.kind.model._meta.related_objects:
            field, other = relation.field, relation.related_model
            if getattr(field, "column", None) is None or not field.db_constraint:
                continue  # history keeps its own rows
            child = others.get(other)
            leaves = (
                f"AND NOT EXISTS (SELECT 1 FROM {child.name} c LEFT JOIN {child.events} p ON p.pgh_id = c.prior "
                f"WHERE c.id = r.{quoted(other._meta.pk.column)} AND c.why IS NULL AND (c.kind = 'remove' "
                f"OR c.kind = 'restore' AND p.{quoted(field.column)} IS DISTINCT FROM u.id))"
                if child
                else ""
            )
            self.execute(
                f"UPDATE {self.name} u SET why = %s WHERE kind = 'remove' AND why IS NULL AND EXISTS "
                f"(SELECT 1 FROM {quoted(other._meta.db_table)} r WHERE r.{quoted(field.column)} = u.id {leaves})",
                [f"{HELD}{other._meta.verbose_name}"],
            )

    def find_taken(self) -> None:
        """A number that another record bears now cannot come back."""
        meta = self.kind.model._meta
        keys = [[f] for f in self.kind.told if f.unique and not f.primary_key]
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None:
                names = constraint.fields or [
                    e.name for e in constraint.expressions if isinstance(e, models.F)
                ]
                keys.append([meta.get_field(name) for name in names])
        for key in filter(None, keys):
            same = " AND ".join(f"x.{quoted(f.column)} = p.{quoted(f.column)}" for f in key)
            moved = f"ROW({cells('p', key)}) IS DISTINCT FROM ROW({cells('o', key)})"
            self.execute(
                f"UPDATE {self.name} u SET why = %s WHERE why IS NULL AND kind IN ('restore', 'back') AND EXISTS (SELECT 1 "
                f"FROM {self.events} p JOIN {self.table} x ON {same} LEFT JOIN {self.table} o ON o.id = u.id WHERE p.pgh_id = u.prior "
                f"AND x.id <> u.id AND (o.id IS NULL OR {moved}) AND NOT EXISTS (SELECT 1 FROM {self.name} y "
                "WHERE y.id = x.id AND y.kind <> 'back' AND y.why IS NULL))",
                [TAKEN],
            )  # fmt: skip

    def find_orphans(self, others: dict[type, "Rows"]) -> None:
        """A row cannot go back to a record that is not there. Parents are asked first."""
        for field in self.kind.told:
            if not isinstance(field, models.ForeignKey) or not field.db_constraint:
                continue
            parent, column = field.related_model, quoted(field.column)
            returning = others.get(parent)
            comes = (
                f"AND NOT EXISTS (SELECT 1 FROM {returning.name} c WHERE c.id = p.{column} AND c.kind = 'back' AND c.why IS NULL)"
                if returning else ""
            )  # fmt: skip
            self.execute(
                f"UPDATE {self.name} u SET why = %s FROM {self.events} p WHERE u.why IS NULL AND u.kind IN ('restore', 'back') "
                f"AND p.pgh_id = u.prior AND p.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
                f"{quoted(parent._meta.db_table)} r WHERE r.{quoted(parent._meta.pk.column)} = p.{column}) {comes}",
                [ORPHAN],
            )

    # ---- back -----------------------------------------------------------------------------------------------------

    def remove(self) -> int:
        return self.execute(
            f"DELETE FROM {self.table} WHERE id IN (SELECT id FROM {self.name} WHERE kind = 'remove' AND why IS NULL)"
        )

    def restore(self) -> int:
        """Only what the act changed goes back: what somebody entered since in other fields stays."""
        sets, params = [], []
        for field in self.kind.told:
            name = quoted(field.column)
            if field in self.kind.loud or field.name in self.kind.quiet:
                still = (
                    f" AND o.{name} IS NOT DISTINCT FROM l.{name}" if field.name in self.kind.quiet else ""
                )
                sets.append(
                    f"{name} = CASE WHEN p.{name} IS DISTINCT FROM l.{name}{still} THEN p.{name} ELSE o.{name} END"
                )
            elif field.name == "version":
                sets.append(f"{name} = o.{name} + u.loud::int")
            elif getattr(field, "auto_now", False):
                sets.append(f"{name} = %s")
                params.append(timezone.now())
        return self.execute(
            f"UPDATE {self.table} o SET {', '.join(sets)} FROM {self.name} u JOIN {self.events} p ON p.pgh_id = u.prior "
            f"JOIN {self.events} l ON l.pgh_id = u.last WHERE o.id = u.id AND u.kind = 'restore' AND u.why IS NULL",
            params,
        )

    def bring_back(self) -> int:
        """With the same id: every address that pointed to the row points to it again."""
        names, values, params = [], [], []
        for field in self.kind.told:
            name = quoted(field.column)
            names.append(name)
            if getattr(field, "auto_now", False):
                values.append("%s")
                params.append(timezone.now())
            else:
                values.append(f"p.{name} + 1" if field.name == "version" else f"p.{name}")
        for field in self.kind.untold:
            names.append(quoted(field.column))
            values.append("%s")
            params.append(field.get_db_prep_save(field.get_default(), connection))
        return self.execute(
            f"INSERT INTO {self.table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {self.name} u "
            f"JOIN {self.events} p ON p.pgh_id = u.prior WHERE u.kind = 'back' AND u.why IS NULL ORDER BY u.id",
            params,
        )

    # ---- to be read -----------------------------------------------------------------------------------------------

    def counts(self) -> dict[str, int]:
        self.execute(
            f"SELECT kind, count(*) FROM {self.name} WHERE why IS NULL AND kind <> 'none' AND (loud OR kind <> 'restore') GROUP BY 1"
        )
        return dict(self.cursor.fetchall())

    def left(self, limit: int) -> tuple[int, list[tuple[int, int, str, str]]]:
        """(how many stay, the first of them as (id, last event of the act, kind, why))."""
        stays = f"FROM {self.name} WHERE why IS NOT NULL AND NOT {SILENT}"
        self.execute(f"SELECT count(*) {stays}")
        total = self.cursor.fetchone()[0]
        self.execute(f"SELECT id, last, kind, why {stays} ORDER BY id LIMIT %s", [limit])
        return total, self.cursor.fetchall()

    def sample(self, limit: int) -> list[tuple[int, int, int, str]]:
        """The first rows that go back, as (id, last event of the act, event before it, kind)."""
        self.execute(
            f"SELECT id, last, prior, kind FROM {self.name} WHERE why IS NULL AND kind <> 'none' "
            "AND (loud OR kind <> 'restore') ORDER BY id LIMIT %s",
            [limit],
        )
        return self.cursor.fetchall()


def of_act(context: str, cursor) -> list[Rows]:
    """The rows of every registered model that the act touched, parents first."""
    found = [Rows(kind, number, cursor) for number, kind in enumerate(registered())]
    return [rows for rows in found if rows.prepare(context)]


def judge(parts: list[Rows], take: dict[str, list[int]]) -> None:
    """Say of each row whether it goes back; `take`: model key → ids that go back although changed since."""
    others = {rows.kind.model: rows for rows in parts}
    for rows in parts:
        rows.find_changed(take.get(rows.kind.key, ()))
    for rows in reversed(parts):
        rows.find_held(others)
    for rows in parts:
        rows.find_taken()
        rows.find_orphans(others)


def apply(parts: list[Rows]) -> None:
    """Take back what may go back. Rows that go make room for numbers that come back; who belongs to whom is checked at the end."""
    cursor = parts[0].cursor if parts else None
    if cursor is None:
        return
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for rows in reversed(parts):
        rows.remove()
    for rows in parts:
        rows.restore()
        rows.bring_back()
    for rows in parts:
        if rows.kind.after:
            rows.kind.after(rows.cursor, rows.name, rows.events)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
