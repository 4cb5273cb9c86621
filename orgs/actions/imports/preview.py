"""What an import would do, in words: the new rows, the cells that change, what would be emptied, and what is held."""

import json
from collections.abc import Callable, Iterator

from core.ledger.columns import Ledger
from core.words import mask_phone, shown
from orgs.actions.imports.staging import Staging, array_text, quoted
from orgs.choices import RowGroup
from orgs.models import Organization

FIRST = 10  # rows of a group that its summary shows
BATCH = 4_000
CALLED = {
    "name": "改名",
    "leader_name": "换负责人",
    "community_id": "换居委",
    "street_id": "换街镇",
    "status": "改状态",
}


def wording(ledger: Ledger, street_names: dict, community_names: dict):
    """(field, value) → text for people."""
    words: dict[str, dict] = {}
    for column in ledger.columns:
        if column.allowed:
            for word in column.words():
                try:
                    stored = column.parse(word)
                except Exception:  # a list column gives lists
                    continue
                if isinstance(stored, list):
                    words.setdefault(column.field, {}).update({v: word for v in stored})
                elif not isinstance(stored, bool):
                    words.setdefault(column.field, {})[stored] = word

    def text(field: str, value) -> str:
        if field in Organization.personal:
            return shown(mask_phone(value))
        if field == "street_id":
            return street_names.get(value, shown(value))
        if field == "community_id":
            return community_names.get(value, shown(value))
        if isinstance(value, list):
            return "、".join(words.get(field, {}).get(v, v) for v in value) or shown(None)
        return shown(words.get(field, {}).get(value, value))

    return text


class Preview:
    """Rows of a compared ledger in words. labels: field → header; text: see `wording`."""

    def __init__(self, staging: Staging, table: str, fields: list[str], labels: dict, text: Callable):
        self.staging, self.table, self.fields, self.labels, self.text = staging, table, fields, labels, text

    def summary(self) -> dict:
        """{new, changed, held, filed: the first rows; groups: {group: rows}; fields, emptied: [[field, words, rows]], the most frequent first}."""
        new = self.staging.all(
            "SELECT row, name FROM import_row WHERE change = 'new' ORDER BY row LIMIT %s", [FIRST]
        )
        first = {group: self._first(group) for group in (RowGroup.CHANGED, RowGroup.HELD, RowGroup.FILED)}
        return {
            "new": [{"place": self.staging.place(row), "name": name} for row, name in new],
            "changed": first[RowGroup.CHANGED],
            "held": first[RowGroup.HELD],
            "filed": first[RowGroup.FILED],
            "groups": dict(
                self.staging.all(
                    "SELECT change, count(*) FROM import_row WHERE change IS NOT NULL GROUP BY 1"
                )
            ),
            "fields": self._fields(RowGroup.CHANGED),
            "filed_fields": self._fields(RowGroup.FILED),
            "emptied": self._emptied(),
        }

    def _fields(self, group: str) -> list[list]:
        """How many rows of a group differ in which field: 改名 12, 换负责人 9."""
        differ = ", ".join(
            f"count(*) FILTER (WHERE s.{quoted(f)} IS DISTINCT FROM o.{quoted(f)})" for f in self.fields
        )
        counts = self.staging.one(
            f"SELECT {differ} FROM import_row s JOIN {self.table} o ON o.id = s.target WHERE s.change = %s",
            [group],
        )
        found = [
            [f, CALLED.get(f, f"改{self.labels.get(f, f)}"), n]
            for f, n in zip(self.fields, counts, strict=True)
            if n
        ]
        return sorted(found, key=lambda entry: -entry[2])

    def _emptied(self) -> list[list]:
        """How many rows leave empty which field that the register has."""
        counts = self.staging.all(
            "SELECT lost, count(*) FROM import_row, unnest(emptied) lost WHERE ok GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return [[field, self.labels.get(field, field), n] for field, n in counts]

    def _first(self, group: str) -> list[dict]:
        rows = self._read("s.change = %s", [group], FIRST)
        return [entry | {"place": self.staging.place(entry["row"])} for entry in rows]

    def batches(self) -> Iterator[list[dict]]:
        """Every row that changes a record, is held, or leaves empty what the register has, in the order of the sheet."""
        told = "(s.change IN ('changed', 'held', 'filed') OR s.ok AND s.emptied <> '{}') AND s.row > %s"
        last = 0
        while some := list(self._read(told, [last], BATCH)):
            yield some
            last = some[-1]["row"]

    def _read(self, where: str, params: list, limit: int) -> Iterator[dict]:
        before = ", ".join(f"o.{quoted(f)}" for f in self.fields)
        after = ", ".join(f"s.{quoted(f)}" for f in self.fields)
        rows = self.staging.all(
            f"SELECT s.row, s.target, o.name, s.change, s.doubt, s.emptied, {before}, {after} FROM import_row s "
            f"JOIN {self.table} o ON o.id = s.target WHERE {where} ORDER BY s.row LIMIT %s",
            [*params, limit],
        )
        for row, target, name, change, why, emptied, *values in rows:
            old, new = values[: len(self.fields)], values[len(self.fields) :]
            pairs = list(zip(self.fields, old, new, strict=True))
            changes = [f for f, a, b in pairs if a != b]
            yield {
                "row": row, "id": target, "name": name, "change": change, "why": why or "", "fields": changes,
                "cells": [[self.labels.get(f, f), self.text(f, a), self.text(f, b)] for f, a, b in pairs if a != b],
                "emptied": list(emptied or ()),
                "lost": [[self.labels.get(f, f), self.text(f, a)] for f, a, _ in pairs if f in (emptied or ())],
            }  # fmt: skip

    def store(self, job: int) -> None:
        """Keep the rows with their job, replacing those of an earlier run."""
        self.staging.execute("DELETE FROM orgs_importrow WHERE job_id = %s", [job])
        self.staging.execute(
            'INSERT INTO orgs_importrow (job_id, "row", "group", name, target, why, fields, cells, emptied, lost, chosen) '
            "SELECT %s, row, change, name, NULL, '', '{}', '[]', '{}', '[]', false FROM import_row WHERE change = 'new' ORDER BY row",
            [job],
        )
        into = 'COPY orgs_importrow ("row", job_id, "group", name, target, why, fields, cells, emptied, lost, chosen) FROM STDIN'
        for some in self.batches():
            self.staging.copy(into, (self._stored(job, entry) for entry in some))

    @staticmethod
    def _stored(job: int, entry: dict) -> tuple:
        return (
            entry["row"], job, entry["change"], entry["name"], entry["id"], entry["why"], array_text(entry["fields"]),
            json.dumps(entry["cells"], ensure_ascii=False), array_text(entry["emptied"]), json.dumps(entry["lost"], ensure_ascii=False), False,
        )  # fmt: skip
