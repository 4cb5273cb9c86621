"""The one history: triggers keep every state of a record, the action says who, what and why."""

from contextlib import contextmanager
from contextvars import ContextVar

import pghistory
from django.db import models

_act: ContextVar[dict | None] = ContextVar("act", default=None)


@contextmanager
def told(verb: models.TextChoices, by, reason: str = "", **more):
    """The context under which the database records a change: who, what, why. One act, however many actions it calls.

    verb: a member of an app's choices or a step of a workflow, kept with its words; `by`: a person, None for the
    machine itself; more: whatever explains it, such as `clause` or `job`. Within another act only what that one left
    open is added: the act is called by what the person did.
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
    """Every change of a tracked record, newest first: context, at, who, verb, reason, clause, changes.

    skipped: names of fields that say nothing to a reader; verbs: code → words of contexts that hold none;
    changes: [(field label, before, after)].
    """
    rows = record.events.select_related("pgh_context").order_by("pgh_created_at", "pgh_id")
    out, before = [], None
    for row in rows:
        context = (row.pgh_context.metadata if row.pgh_context else None) or {}
        changes = [] if before is None else differences(type(record), before, row, skipped)
        if before is None or changes:
            words = context.get("words") or dict(verbs or ()).get(context.get("verb", ""))
            out.append(
                {
                    "context": row.pgh_context_id,
                    "at": row.pgh_created_at,
                    "who": context.get("username", "系统"),
                    "verb": words or ("新增" if before is None else "修改"),
                    "reason": context.get("reason", ""),
                    "clause": context.get("clause", ""),
                    "changes": changes,
                }
            )
        before = row
    return out[::-1][:limit]


def differences(model, before, after, skipped=frozenset()) -> list[tuple[str, object, object]]:
    """(label, before, after) of each field that differs between two states, with choices in words."""
    found = []
    for field in model._meta.concrete_fields:
        if field.name in skipped or not hasattr(before, field.attname):
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            if field.choices:
                words = dict(field.flatchoices)
                old, new = words.get(old, old), words.get(new, new)
            found.append((str(field.verbose_name), old, new))
    return found


def at_version(record: models.Model, version: int):
    """The state of a record that counts its versions, as it was when the version was current; None if it is gone."""
    return record.events.filter(version=version).order_by("-pgh_id").first()


def last_change(record: models.Model, names, skipped=frozenset()) -> dict:
    """The newest entry of the timeline that changed one of the fields, else the newest of all."""
    labels = {str(record._meta.get_field(name).verbose_name) for name in names}
    entries = timeline(record, skipped=skipped)
    return next((e for e in entries if labels & {label for label, _, _ in e["changes"]}), entries[0])
