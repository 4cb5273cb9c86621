"""Two people at one record: what they changed apart from each other is joined, what both changed is chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models
from django.forms.models import model_to_dict
from django.http import QueryDict

from core import history
from core.words import mask_phone

CHOICE, CLASH = "keep_", "clash"


@dataclass(frozen=True)
class Clash:
    """A field that both changed, differently."""

    name: str
    label: str
    theirs: Any
    yours: Any


class Conflict(Exception):
    """Somebody saved meanwhile. clashes: what both changed; joined: labels of what can stay side by side."""

    def __init__(self, who: str, at: datetime, clashes: list[Clash], version: int):
        super().__init__(f"{who} 已在 {at:%H:%M} 保存过这条记录")
        self.who, self.at, self.clashes, self.version = who, at, clashes, version


def join(
    current: models.Model, mine: models.Model, version: int, names: Iterable[str], skipped=frozenset()
) -> list[str]:
    """Bring what others saved since `version` into `mine`; labels of the fields that came from them.

    current: the record as it stands, locked; names: fields that the person could change. Raises Conflict, and changes
    nothing, when both changed one of them. The state of `version` comes from the history; if it is gone, every
    difference counts as a clash.
    """
    base = history.at_version(current, version)
    clashes, taken = [], []
    for name in names:
        field = mine._meta.get_field(name)
        theirs, yours = getattr(current, field.attname), getattr(mine, field.attname)
        before = getattr(base, field.attname, None) if base else None
        if theirs == yours or (base and theirs == before):
            continue  # nobody else touched it
        if base and yours == before:
            taken.append((field, theirs))
            continue
        personal = field.name in getattr(mine, "personal", ())
        shown = mask_phone if personal else partial(history.in_words, field)
        clashes.append(Clash(name, str(field.verbose_name), shown(theirs), history.in_words(field, yours)))
    if clashes:
        latest = history.last_change(current, [c.name for c in clashes], skipped)
        raise Conflict(latest["who"], latest["at"], clashes, current.version)
    for field, value in taken:
        setattr(mine, field.attname, value)
    return [str(field.verbose_name) for field, _ in taken]


def chosen(data: QueryDict, current: models.Model, fields: Iterable[str]) -> tuple[QueryDict, list[str]]:
    """(the sent form with the other's values where the person chose them, names of clashes without a choice).

    fields: what the form may hold. A personal field gets its mask, which the form reads as: as it is stored.
    """
    names = [name for name in data.getlist(CLASH) if name in set(fields)]
    if not names:
        return data, []
    kept, stored = data.copy(), model_to_dict(current, names)
    for name in names:
        if data.get(CHOICE + name) == "theirs":
            value = mask_phone(stored[name]) if name in getattr(current, "personal", ()) else stored[name]
            kept.setlist(
                name,
                [str(v) for v in value] if isinstance(value, list) else ["" if value is None else str(value)],
            )
    return kept, [name for name in names if data.get(CHOICE + name) not in ("theirs", "mine")]
