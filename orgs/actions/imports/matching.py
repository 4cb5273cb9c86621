"""Whether the record that a row found by one key is really the same organisation, and what the row leaves empty of it.

One key is not enough: a number that slipped by a line would overwrite a whole record. A row whose number is a record's while
name and founding date are another's is held until somebody confirms it; so is one of the same name in the same committee
that was founded at another time by somebody else.
"""

import re
from collections.abc import Iterable

from orgs import search
from orgs.actions.imports.staging import Staging, quoted

BY_NUMBER, BY_NAME = "number", "name"
LEGAL_TAIL = re.compile(r"[(（〔\[](民非|社团|基金会|民办非企业单位|社会服务机构|社会团体)[)）〕\]]\s*$")
PLACE_HEAD = re.compile(r"^(上海市?)?(长宁区?)?")


def bare_name(name: str) -> str:
    """What of a name tells organisations apart: without kind in brackets behind it, and city and district before it."""
    key = search.normalise(LEGAL_TAIL.sub("", name))
    return PLACE_HEAD.sub("", key) or key


def doubt(staging: Staging, table: str, fields: Iterable[str]) -> None:
    """Say of rows that found their record by one key alone why they may be another organisation. Before cells are merged."""
    fields = set(fields)
    same = {name: f"(s.{name} <> '' AND s.{name} = o.{name})" for name in ("leader_name",) if name in fields}
    if "contact_phone" in fields:  # a masked number of our own export says as much as it shows
        same["contact_phone"] = (
            "(s.contact_phone <> '' AND strpos(s.contact_phone, '%%') = 0 "
            "AND o.contact_phone LIKE replace(s.contact_phone, '****', '%%'))"
        )
    people = " OR ".join(same.values()) or "false"
    founded = "established_on" in fields
    alike = "coalesce(s.established_on = o.established_on, false)" if founded else "false"
    apart = "coalesce(s.established_on <> o.established_on, false)" if founded else "false"
    others = "s.leader_name <> '' AND o.leader_name <> '' AND s.leader_name <> o.leader_name" if "leader_name" in fields else "false"  # fmt: skip
    rows = staging.all(
        f"SELECT s.row, s.name, o.name, s.matched, {apart} FROM import_row s JOIN {table} o ON o.id = s.target WHERE s.ok AND ("
        f"s.matched = '{BY_NUMBER}' AND s.name_key <> o.name_key AND NOT {alike} AND ({apart} OR NOT ({people})) OR "
        f"s.matched = '{BY_NAME}' AND {apart} AND {others} AND NOT ({people}))",
        [],
    )
    told = {}
    for row, name, recorded, matched, differs in rows:
        if matched == BY_NAME:
            told[row] = "名称和居委相同，成立日期和负责人都不同"
        elif bare_name(name) != bare_name(recorded):
            told[row] = (
                "编号相同，名称和成立日期都不同"
                if differs
                else "编号相同，名称不同，也没有相同的成立日期、负责人或电话"
            )
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
    staging: Staging, table: str, fields: list[str], apply_held: bool, filed: str = "false"
) -> dict[str, int]:
    """Give each row its `RowGroup`; how many rows each has, those with faults as "rejected".

    filed: SQL condition that what was filed of the record o would change, which no ledger may do.
    """
    new = ", ".join(f"s.{quoted(f)}" for f in fields)
    old = ", ".join(f"o.{quoted(f)}" for f in fields)
    staging.execute("UPDATE import_row SET change = 'new' WHERE ok AND target IS NULL")
    staging.execute(
        f"UPDATE import_row s SET change = CASE WHEN ROW({new}) IS NOT DISTINCT FROM ROW({old}) THEN 'same' "
        f"WHEN {filed} THEN 'filed' WHEN s.doubt IS NOT NULL AND NOT %s THEN 'held' ELSE 'changed' END "
        f"FROM {table} o WHERE o.id = s.target AND s.ok",
        [apply_held],
    )
    return dict(staging.all("SELECT coalesce(change, 'rejected'), count(*) FROM import_row GROUP BY 1"))
