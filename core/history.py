"""The one history: triggers keep every state of a record, the action says who, what and why."""

import pghistory
from django.db import models

ENDS = {"insert", "delete"}  # a record came or went, also when no field tells


def told(verb: models.TextChoices, by, reason: str = "", **more):
    """The context under which the database records a change: who, what, why.

    verb: a member of an app's choices, kept with its words; `by`: a person, None for the machine itself;
    more: whatever explains it, such as `clause` or `job`.
    """
    return pghistory.context(
        user=by.pk if by else None,
        username=str(by or "系统"),
        verb=str(verb),
        words=str(verb.label),
        reason=reason,
        **more,
    )


def timeline(record: models.Model, *, skipped=frozenset(), verbs=None, limit: int = 200) -> list[dict]:
    """Every change of a tracked record, newest first: context, at, user, who, verb, reason, clause, changes.

    skipped: names of fields that say nothing to a reader; verbs: code → words of contexts that hold none;
    changes: [(field label, before, after)].
    """
    rows = record.events.select_related("pgh_context").order_by("pgh_created_at", "pgh_id")
    out, before = [], None
    for row in rows:
        context = (row.pgh_context.metadata if row.pgh_context else None) or {}
        changes = [] if before is None else differences(type(record), before, row, skipped)
        if before is None or changes or row.pgh_label in ENDS:
            words = context.get("words") or dict(verbs or ()).get(context.get("verb", ""))
            out.append(
                {
                    "context": row.pgh_context_id,
                    "at": row.pgh_created_at,
                    "user": context.get("user"),
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
            words = dict(field.flatchoices) if field.choices else {}
            found.append((str(field.verbose_name), words.get(old, old), words.get(new, new)))
    return found
