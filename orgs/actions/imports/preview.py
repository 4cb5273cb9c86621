"""What an import would do, in words: the new rows, the cells that change, and how many stay as they are."""

from core.ledger.columns import Ledger
from core.words import mask_phone, shown
from orgs.actions.imports.staging import Staging, quoted
from orgs.models import Organization

SHOWN = 200


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


def created(staging: Staging) -> list[dict]:
    rows = staging.all("SELECT row, name FROM import_row WHERE change = 'new' ORDER BY row LIMIT %s", [SHOWN])
    return [{"row": staging.place(row), "name": name} for row, name in rows]


def changed(staging: Staging, table: str, fields: list[str], labels: dict[str, str], text) -> list[dict]:
    """Each changed row with its cells: [(label, before, after)]."""
    before = ", ".join(f"o.{quoted(f)}" for f in fields)
    after = ", ".join(f"s.{quoted(f)}" for f in fields)
    rows = staging.all(
        f"SELECT s.row, s.target, o.name, {before}, {after} FROM import_row s JOIN {table} o ON o.id = s.target "
        f"WHERE s.change = 'changed' ORDER BY s.row LIMIT %s",
        [SHOWN],
    )
    out = []
    for row, target, name, *values in rows:
        old, new = values[: len(fields)], values[len(fields) :]
        cells = [
            [labels.get(f, f), text(f, a), text(f, b)]
            for f, a, b in zip(fields, old, new, strict=True)
            if a != b
        ]
        out.append({"row": staging.place(row), "id": target, "name": name, "cells": cells})
    return out
