"""What taking an act back would do, and doing it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction

from core.choices import Act as Verb
from core.history import differences, told
from core.models import Undone
from core.undo import sets
from core.undo.acts import Act, act_of, outside, refusal
from core.undo.registry import Undoable
from core.words import shown

LISTED = 500
SHOWN = 50
WHY = {
    sets.CHANGED: "以后又有修改",
    sets.GONE: "以后已被删除",
    sets.TAKEN: "它的号码现在属于另一条记录",
    sets.ORPHAN: "所属的记录已不在名册中",
    sets.NO_EARLIER: "没有更早的版本可以恢复",
}
KINDS = {"restore": "恢复为原来的内容", "remove": "删除", "back": "恢复已删除的记录"}


class Refused(Exception):
    """Why an act cannot be taken back, as a sentence for the person."""


@dataclass
class Part:
    """One model of a plan. counts: kind → rows; sample: [{name, kind, changes}]; left: [{key, name, why, later, forceable}]."""

    label: str
    model: str = ""
    restored: int = 0
    removed: int = 0
    back: int = 0
    sample: list[dict] = field(default_factory=list)
    left: list[dict] = field(default_factory=list)
    left_total: int = 0

    @property
    def more(self) -> int:
        return max(0, self.restored + self.removed + self.back - len(self.sample))


@dataclass
class Plan:
    act: Act
    parts: list[Part]

    @property
    def left_total(self) -> int:
        return sum(part.left_total for part in self.parts)

    @property
    def total(self) -> int:
        return sum(part.restored + part.removed + part.back for part in self.parts)


def plan(context) -> Plan:
    """What would go back, and what was changed since: who, when, which fields. Writes nothing."""
    act = act_of(context)
    with transaction.atomic(), connection.cursor() as cursor:
        parts = sets.of_act(str(context), cursor)
        sets.judge(parts, {})
        return Plan(act, [_part(rows, rows.counts(), sample=True) for rows in parts])


def undo(context, by, take: Iterable[str] = (), *, reason: str = "", **more) -> Plan:
    """Take an act back; what was done and what was left. Raises `Refused` with a sentence and writes nothing.

    by: who takes it back (`acts.find` says whether that person may); take: keys of `Part.left` that go back although
    changed since; more: what else the history shall say of it.
    """
    act = act_of(context)
    if sentence := refusal(act):
        raise Refused(sentence)
    if outside([act.context], by.area):
        raise Refused("这项操作涉及的记录已有不在您辖区内的，不能整次撤销，请联系区民政局经办。")
    chosen: dict[str, list[int]] = {}
    for key in take:
        model, _, pk = key.rpartition(":")
        if pk.isdecimal():
            chosen.setdefault(model, []).append(int(pk))
    reason = reason or f"撤销“{act.words}”{'：' + act.reason if act.reason else ''}"
    try:
        with transaction.atomic(), told(Verb.UNDO, by, reason, undoes=str(context), **more) as own:
            record = _claim(act, by)
            done = _back(context, chosen)
            record.by_act, record.result = uuid.UUID(str(own.id)), {"parts": [_stored(part) for part in done]}
            record.save()
            connection.check_constraints()  # here, also when the caller's transaction goes on
    except IntegrityError as error:
        raise Refused("有号码已被别的记录使用，不能撤销。请先核对以后的修改，再逐条处理。") from error
    return Plan(act, done)


def _claim(act: Act, by) -> Undone:
    """Whoever comes second, also at the same moment, is told so."""
    try:
        with transaction.atomic():
            return Undone.objects.create(act=act.context, username=str(by))
    except IntegrityError as error:
        first = Undone.objects.get(act=act.context)
        raise Refused(f"{first.username} 已经撤销过这项操作。") from error


def _back(context, chosen: dict[str, list[int]]) -> list[Part]:
    with connection.cursor() as cursor:
        # The history triggers ask for a setting that a session may not have; the error that they catch costs, for every row, a
        # walk over all foreign keys still waiting to be checked.
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        parts = sets.of_act(str(context), cursor)
        for rows in parts:
            rows.lock()
        sets.judge(parts, chosen)
        listed = {rows.name: _part(rows, rows.counts()) for rows in parts}
        sets.apply(parts)
    return list(listed.values())


def _part(rows: sets.Rows, counts: dict[str, int], sample: bool = False) -> Part:
    kind = rows.kind
    total, left = rows.left(LISTED)
    return Part(
        label=str(kind.model._meta.verbose_name),
        model=kind.key,
        restored=counts.get("restore", 0),
        removed=counts.get("remove", 0),
        back=counts.get("back", 0),
        sample=_sample(kind, rows.sample(SHOWN)) if sample else [],
        left=_left(kind, left),
        left_total=total,
    )


def _stored(part: Part) -> dict:
    """A part as it is kept, moments in words."""
    left = [
        row | {"later": [change | {"at": shown(change["at"])} for change in row["later"]]}
        for row in part.left
    ]
    return vars(part) | {"left": left}


def _named(kind: Undoable, state) -> str:
    """The record as it was named in a state of the history."""
    return str(kind.model(**{f.attname: getattr(state, f.attname) for f in kind.told}))


def _sample(kind: Undoable, found) -> list[dict]:
    states = kind.events.objects.in_bulk({pk for _, last, prior, _ in found for pk in (last, prior) if pk})
    skipped = {f.name for f in kind.told} - {f.name for f in kind.loud}
    return [
        {
            "name": _named(kind, states[last]),
            "kind": KINDS[what],
            "changes": differences(kind.model, states[last], states[prior], skipped)
            if what == "restore"
            else [],
        }
        for _, last, prior, what in found
    ]


def _left(kind: Undoable, found) -> list[dict]:
    """[{key, id, name, why, forceable, later: [{who, at, verb, fields}]}] of the rows that stay."""
    states: dict[int, list] = {}
    since = {pk: last for pk, last, _, _ in found}
    later = kind.events.objects.filter(pgh_obj_id__in=since, pgh_id__gte=min(since.values(), default=0))
    for state in later.select_related("pgh_context").order_by("pgh_id"):
        if state.pgh_id >= since[state.pgh_obj_id]:
            states.setdefault(state.pgh_obj_id, []).append(state)
    return [
        {
            "key": f"{kind.key}:{pk}",
            "id": pk,
            "name": _named(kind, states[pk][-1]),
            "why": f"已有{why.removeprefix(sets.HELD)}" if why.startswith(sets.HELD) else WHY[why],
            "forceable": why == sets.CHANGED,
            "later": _later(kind, states[pk]),
        }
        for pk, _, _, why in found
    ]


def _later(kind: Undoable, states: list) -> list[dict]:
    skipped = {f.name for f in kind.told} - {f.name for f in kind.loud}
    found = []
    for before, after in zip(states, states[1:], strict=False):
        fields = [label for label, _, _ in differences(kind.model, before, after, skipped)]
        if fields or after.pgh_label == "delete":
            context = (after.pgh_context.metadata if after.pgh_context else None) or {}
            found.append(
                {
                    "who": context.get("username", "系统"), "at": after.pgh_created_at,
                    "verb": context.get("words") or ("删除" if after.pgh_label == "delete" else "修改"), "fields": fields,
                }
            )  # fmt: skip
    return found
