"""The one history: triggers keep every state of a record, the action says who, what and why."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

import pghistory
from django.apps import apps
from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from pghistory.models import Context, Event

from core.dates import PartDate, known
from core.words import mask_phone

LABELS = {"insert": "新增", "update": "修改", "delete": "删除"}

ENDS = {"insert", "delete"}  # a record came or went, also when no field tells


def event_models() -> list[type[models.Model]]:
    """The models of all tables of history, whatever app tracks its records."""
    found = [m for m in apps.get_models() if issubclass(m, Event) and m._meta.managed and not m._meta.proxy]
    return sorted(found, key=lambda m: m._meta.db_table)


def contexts() -> models.QuerySet:
    """Every action that wrote: its context, with `verb` in words and `touched`, how many states of records it left."""
    counts = [
        Coalesce(
            Subquery(
                model.objects.filter(pgh_context=OuterRef("pk"))
                .order_by()
                .values("pgh_context")
                .annotate(n=Count("*"))
                .values("n"),
                output_field=IntegerField(),
            ),
            0,
        )
        for model in event_models()
    ]
    words = Coalesce(KT("metadata__words"), KT("metadata__verb"))
    return Context.objects.annotate(verb=words, touched=sum(counts, Value(0)))


def touched(context: Context, names, limit: int = 100) -> list[dict]:
    """Per table what a context changed: title, total, and the first rows: id, name, verb, labels of changed fields.

    names: (model, keys) → {pk: name}.
    """
    found = []
    for model in event_models():
        events = model.objects.filter(pgh_context=context)
        if not (total := events.count()):
            continue
        earlier = model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
        rows = list(
            events.annotate(event_before=Subquery(earlier.order_by("-pgh_id").values("pgh_id")[:1])).order_by(
                "pgh_id"
            )[:limit]
        )
        before = model.objects.in_bulk([row.event_before for row in rows if row.event_before])
        named = names(model.pgh_tracked_model, {row.pgh_obj_id for row in rows})
        found.append(
            {
                "title": model.pgh_tracked_model._meta.verbose_name,
                "total": total,
                "rows": [
                    _row_touched(row, before.get(row.event_before)) | {"name": named.get(row.pgh_obj_id, "")}
                    for row in rows
                ],
            }
        )
    return found


def _row_touched(row, before) -> dict:
    tracked = row.pgh_tracked_model
    unseen = {field.name for field in tracked._meta.concrete_fields if not field.editable}
    changes = differences(tracked, before, row, unseen) if before and row.pgh_label == "update" else []
    return {
        "id": row.pgh_obj_id,
        "verb": LABELS.get(row.pgh_label, row.pgh_label),
        "fields": [label for label, _, _ in changes],
    }


_act: ContextVar[dict | None] = ContextVar("act", default=None)


@contextmanager
def told(verb: models.TextChoices, by, reason: str = "", **more):
    """The context under which the database records a change: who, what, why. One act, however many actions it calls.

    verb: a member of an app's choices or a step of a workflow, kept with its words; `by`: a person, None for the
    machine itself; more: whatever explains it, such as `clause` or `job`. Within another act only what that one left
    open is added, and in the same transaction only: the act is called by what the person did, and what was committed
    under a context is never rewritten, the database refuses it.
    """
    said = {
        "user": by.pk if by else None, "username": str(by or "系统"), "verb": str(verb), "words": str(verb.label),
        "reason": reason, **more,
    }  # fmt: skip
    outer = _act.get()
    if outer is not None:
        said = {k: v for k, v in said.items() if v and not outer.get(k)}
    token = _act.set((outer or {}) | said)
    try:
        with pghistory.context(**said) as context:
            yield context
    finally:
        _act.reset(token)


def timeline(record: models.Model, *, skipped=frozenset(), verbs=None, limit: int = 200) -> list[dict]:
    """Every change of a tracked record, newest first: context, at, user, who, verb, reason, clause, door, filed, changes.

    skipped: names of fields that say nothing to a reader; verbs: code → words of contexts that hold none;
    changes: [(field label, before, after)].
    """
    rows = record.events.select_related("pgh_context").order_by("pgh_created_at", "pgh_id")
    out, before = [], None
    for row in rows:
        context = (row.pgh_context.metadata if row.pgh_context else None) or {}
        changes = [] if before is None else differences(type(record), before, row, skipped)
        if (
            out
            and row.pgh_context_id
            and out[-1]["context"] == row.pgh_context_id
            and row.pgh_label not in ENDS
        ):
            if not out[-1]["begins"]:
                out[-1]["changes"] = joined(out[-1]["changes"], changes)
        elif (
            before is None
            or changes
            or row.pgh_label in ENDS
            or (context.get("case") and context.get("reason"))
        ):
            words = context.get("words") or dict(verbs or ()).get(context.get("verb", ""))
            out.append(
                {
                    "context": row.pgh_context_id,
                    "at": row.pgh_created_at,
                    "user": context.get("user"),
                    "case": context.get("case", ""),
                    "who": context.get("username", "系统"),
                    "verb": words or ("新增" if before is None else "修改"),
                    "reason": context.get("reason", ""),
                    "clause": context.get("clause", ""),
                    "door": context.get("door", ""),
                    "filed": context.get("filed", []),
                    "changes": changes,
                    "begins": before is None,
                }
            )
        before = row
    return out[::-1][:limit]


def joined(first: list[tuple], then: list[tuple]) -> list[tuple]:
    """What one act changed in two steps, as if it had been one."""
    found = {label: (label, old, new) for label, old, new in first}
    for label, old, new in then:
        found[label] = (label, found[label][1] if label in found else old, new)
    return list(found.values())


def taken_back(model: type[models.Model], **conditions):
    """Deleted rows of a tracked model as the history kept them, the last one first; `pgh_context` says who."""
    events = model.pgh_event_model.objects.filter(pgh_label="delete", **conditions)
    return events.select_related("pgh_context").order_by("-pgh_id")


def differences(model, before, after, skipped=frozenset()) -> list[tuple[str, object, object]]:
    """(label, before, after) of each field that differs between two states, with choices in words.

    The fields that a model names in `personal` are masked.
    """
    found, personal = [], getattr(model, "personal", ())
    part_dates = getattr(model, "part_dates", {})
    for field in model._meta.concrete_fields:
        if field.name in skipped or field.name in part_dates.values() or not hasattr(before, field.attname):
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if field.name in part_dates:
            old, new = (
                PartDate.of(day, getattr(row, part_dates[field.name], "day"))
                for day, row in ((old, before), (new, after))
            )
        if old != new or known(old) != known(new):
            shown = mask_phone if field.name in personal else partial(in_words, field)
            found.append((str(field.verbose_name), shown(old), shown(new)))
    return found


def in_words(field: models.Field, value):
    """A stored value as a person reads it: the words of a choice, the name of another record, the parts of a list."""
    if value is None or value == "":
        return value
    if field.is_relation:
        other = field.related_model._base_manager.filter(pk=value).first()
        return str(other or value)
    if isinstance(value, list):
        return "、".join(map(str, value))
    if isinstance(value, dict):
        label = {f.name: str(f.verbose_name) for f in field.model._meta.concrete_fields} | {"files": "附件"}
        return "；".join(f"{label.get(name, name)}：{words}" for name, words in value.items())
    return dict(field.flatchoices).get(value, value) if field.choices else value


def at_version(record: models.Model, version: int):
    """The state of a record that counts its versions, as it was when the version was current; None if it is gone."""
    return record.events.filter(version=version).order_by("-pgh_id").first()


def last_change(record: models.Model, names, skipped=frozenset()) -> dict:
    """The newest entry of the timeline that changed one of the fields, else the newest of all."""
    labels = {str(record._meta.get_field(name).verbose_name) for name in names}
    entries = timeline(record, skipped=skipped)
    return next((e for e in entries if labels & {label for label, _, _ in e["changes"]}), entries[0])
