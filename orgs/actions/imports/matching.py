"""Whether the record that a row found by one key is really the same organisation, and what the row leaves empty of it.

One key is not enough: a number that slipped by a line would overwrite a whole record. A row whose number is a record's while
name and founding date are another's is held until somebody confirms it; so is one of the same name in the same committee
that was founded at another time by somebody else.
"""

from collections.abc import Iterable

from orgs.actions.imports.staging import Staging, quoted
from orgs.queries.identity import Marks, name_doubt, number_doubt

BY_NUMBER, BY_NAME = "number", "name"
MARKS = ("name", "established_on", "leader_name", "contact_phone")  # in the order of `Marks`
DOUBTS = {BY_NUMBER: number_doubt, BY_NAME: name_doubt}


def doubt(staging: Staging, table: str, fields: Iterable[str]) -> None:
    """Say of rows that found their record by one key alone why they may be another organisation. Before cells are merged."""
    theirs = ", ".join(f"s.{f}" if f in fields else "NULL" for f in MARKS)
    ours = ", ".join(f"o.{f}" for f in MARKS)
    apart = "s.established_on <> o.established_on" if "established_on" in fields else "false"
    rows = staging.all(
        f"SELECT s.row, s.matched, {theirs}, {ours} FROM import_row s JOIN {table} o ON o.id = s.target "
        f"WHERE s.ok AND (s.matched = '{BY_NUMBER}' AND s.name_key <> o.name_key OR s.matched = '{BY_NAME}' AND {apart})"
    )
    told = {}
    for row, matched, *marks in rows:
        if why := DOUBTS[matched](Marks(*marks[: len(MARKS)]), Marks(*marks[len(MARKS) :])):
            told[row] = why
    if told:
        staging.execute(
            "UPDATE import_row s SET doubt = d.why FROM unnest(%s::int[], %s::text[]) d (row, why) WHERE d.row = s.row",
            [list(told), list(told.values())],
        )


def keep_emptied(staging: Staging, table: str, fields: list[str], clear: bool | Iterable[str]) -> None:
    """Cells left empty do not empty the record, unless that was chosen; which they are is noted in `emptied`.

    clear: True for all fields, or those that were chosen.
    """
    if not fields:
        return
    empty = "coalesce({}.{}::text, '') IN ('', '{{}}')"
    noted = ", ".join(
        f"CASE WHEN {empty.format('s', quoted(f))} AND NOT {empty.format('o', quoted(f))} THEN '{f}' END"
        for f in fields
    )
    staging.execute(
        f"UPDATE import_row s SET emptied = array_remove(ARRAY[{noted}]::text[], NULL) FROM {table} o WHERE o.id = s.target"
    )
    kept = [f for f in fields if clear is not True and f not in set(clear or ())]
    if kept:
        cells = ", ".join(f"{quoted(f)} = CASE WHEN '{f}' = ANY(s.emptied) THEN o.{quoted(f)} ELSE s.{quoted(f)} END" for f in kept)  # fmt: skip
        staging.execute(
            f"UPDATE import_row s SET {cells} FROM {table} o WHERE o.id = s.target AND s.emptied <> '{{}}'"
        )


def settle(
    staging: Staging, table: str, fields: list[str], apply_held: bool | Iterable[int]
) -> dict[str, int]:
    """Give each row its `RowGroup`; how many rows each has, those with faults as "rejected".

    apply_held: True when rows in doubt are meant all the same, or the numbers of those that are.
    """
    new = ", ".join(f"s.{quoted(f)}" for f in fields)
    old = ", ".join(f"o.{quoted(f)}" for f in fields)
    staging.execute("UPDATE import_row SET change = 'new' WHERE ok AND target IS NULL")
    staging.execute(
        f"UPDATE import_row s SET change = CASE WHEN ROW({new}) IS NOT DISTINCT FROM ROW({old}) THEN 'same' "
        "WHEN s.doubt IS NOT NULL AND NOT (%s OR s.row = ANY(%s)) THEN 'held' ELSE 'changed' END "
        f"FROM {table} o WHERE o.id = s.target AND s.ok",
        [apply_held is True, [] if isinstance(apply_held, bool) else list(apply_held)],
    )
    return dict(staging.all("SELECT coalesce(change, 'rejected'), count(*) FROM import_row GROUP BY 1"))
