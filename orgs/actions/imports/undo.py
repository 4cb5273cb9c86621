"""Take a whole import back, from the history that it left: created rows go, changed rows go back.

Rows that somebody changed later, or on which other records hang now, are listed and left alone.
"""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone

from core.history import told
from orgs import search
from orgs.actions.imports.staging import quoted
from orgs.choices import Verb
from orgs.models import Activity, Organization

# The night writes these by itself: they neither count as somebody's change nor go back.
KEPT = {"id", "version", "created_at", "updated_at", "dormancy", "search_text", "search_terms"}
LISTED = 500


@dataclass
class Undone:
    removed: int = 0
    restored: int = 0
    left: list[dict] = field(default_factory=list)
    left_total: int = 0


def undo(*, context: str, job: int, file_name: str, ledger: str, by) -> Undone:
    """context: id of the history context under which the import wrote."""
    with transaction.atomic(), told(Verb.UNDO, by, f"撤销导入 {file_name}", job=job):
        done = Undone()
        if ledger == "activities":
            _take_back(Activity, context, done)
            _last_activity_back(context)
        else:
            _take_back(Organization, context, done)
    return done


def _take_back(model, context: str, done: Undone) -> None:
    events = f"{model._meta.db_table}event"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS import_undo")
        cursor.execute(
            "CREATE TEMP TABLE import_undo ON COMMIT DROP AS SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last, "
            f"bool_or(pgh_label = 'insert') AS made, NULL::text AS why FROM {events} WHERE pgh_context_id = %s GROUP BY pgh_obj_id",
            [context],
        )
        _leave_alone(cursor, model, events)
        done.restored += _restore(cursor, model, events)
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE id IN (SELECT id FROM import_undo WHERE made AND why IS NULL)"
        )
        done.removed += cursor.rowcount
        cursor.execute("SELECT count(*) FROM import_undo WHERE why IS NOT NULL AND why <> 'gone'")
        done.left_total = cursor.fetchone()[0]
        cursor.execute(
            f"SELECT u.id, o.name, u.why FROM import_undo u JOIN {model._meta.db_table} o USING (id) "
            "WHERE u.why IS NOT NULL AND u.why <> 'gone' ORDER BY o.id LIMIT %s",
            [LISTED],
        )
        done.left = [{"id": pk, "name": name, "why": why} for pk, name, why in cursor.fetchall()]


def _leave_alone(cursor, model, events: str) -> None:
    table = model._meta.db_table
    cursor.execute(
        f"UPDATE import_undo u SET why = 'gone' WHERE NOT EXISTS (SELECT 1 FROM {table} o WHERE o.id = u.id)"
    )
    # What was changed and put back again counts as unchanged, and so does what the night wrote.
    fields = [f.column for f in model._meta.concrete_fields if f.column not in KEPT]
    now, then = (", ".join(f"{alias}.{quoted(f)}" for f in fields) for alias in "oe")
    cursor.execute(
        f"UPDATE import_undo u SET why = %s FROM {table} o, {events} e WHERE u.why IS NULL AND o.id = u.id "
        f"AND e.pgh_id = u.last AND ROW({now}) IS DISTINCT FROM ROW({then})",
        ["导入以后又有修改"],
    )
    for relation in model._meta.related_objects:
        other = relation.related_model._meta
        if relation.field.column is None or not relation.field.db_constraint:
            continue  # history keeps its own rows
        cursor.execute(
            f"UPDATE import_undo u SET why = %s WHERE made AND why IS NULL AND EXISTS "
            f"(SELECT 1 FROM {quoted(other.db_table)} r WHERE r.{quoted(relation.field.column)} = u.id)",
            [f"已有{other.verbose_name}"],
        )
    cursor.execute(
        f"UPDATE import_undo u SET why = '没有更早的版本可以恢复' WHERE why IS NULL AND NOT made "
        f"AND NOT EXISTS (SELECT 1 FROM {events} e WHERE e.pgh_obj_id = u.id AND e.pgh_id < u.first)"
    )


def _restore(cursor, model, events: str) -> int:
    fields = [f.column for f in model._meta.concrete_fields if f.column not in KEPT]
    cells = ", ".join(f"{quoted(f)} = p.{quoted(f)}" for f in fields)
    if model is Organization:
        cells += ", version = o.version + 1, updated_at = %s"
    cursor.execute(
        f"UPDATE {model._meta.db_table} o SET {cells} FROM import_undo u JOIN LATERAL (SELECT * FROM {events} e "
        "WHERE e.pgh_obj_id = u.id AND e.pgh_id < u.first ORDER BY e.pgh_id DESC LIMIT 1) p ON true "
        "WHERE o.id = u.id AND NOT u.made AND u.why IS NULL",
        [timezone.now()] if model is Organization else [],
    )
    count = cursor.rowcount
    if model is Organization:
        _search_keys(cursor)
    return count


def _search_keys(cursor) -> None:
    """The history does not keep search keys: they are made again where name or codes went back."""
    cursor.execute(
        "SELECT o.id, o.name, o.credit_code, o.filing_no, o.search_text FROM orgs_organization o "
        "JOIN import_undo u USING (id) WHERE NOT u.made AND u.why IS NULL"
    )
    changed = []
    for pk, name, credit, filing, before in cursor.fetchall():
        text, terms = search.keys(name, credit or "", filing or "")
        if text != before:
            changed.append((text, terms, pk))
    if changed:  # on the bare cursor: the wrapper that injects the history context cannot do many at once
        cursor.cursor.executemany(
            "UPDATE orgs_organization SET search_text = %s, search_terms = %s WHERE id = %s", changed
        )


def _last_activity_back(context: str) -> None:
    """Where the import had moved the date of the last activity and nobody moved it since, it goes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orgs_organization o SET last_active_on = p.last_active_on, updated_at = %s FROM orgs_organizationevent e "
            "JOIN LATERAL (SELECT last_active_on FROM orgs_organizationevent b WHERE b.pgh_obj_id = e.pgh_obj_id "
            "AND b.pgh_id < e.pgh_id ORDER BY b.pgh_id DESC LIMIT 1) p ON true "
            "WHERE e.pgh_context_id = %s AND o.id = e.pgh_obj_id AND o.last_active_on = e.last_active_on",
            [timezone.now(), context],
        )
