"""A decision taken by mistake goes back: by who took it, within a dated while, as long as nothing came of it.

One mechanism for every workflow. The step and whatever it wrote go back by undo (`core.undo`), all of it or nothing, as an
act of the workflow's own; numbers that were given out stay given out.
"""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import undo
from core.casework.steps import NEEDED, Step
from core.choices import CaseVerb
from core.history import told
from core.policy import TAKE_BACK_MINUTES
from core.registry import FLOWS
from core.settings.parameters import value

STEP = Step(CaseVerb.TAKE_BACK.value, CaseVerb.TAKE_BACK.label, (), "", frozenset(), note=NEEDED, asked=False)
STALE = "您打开这一页以后，内容有变化。请核对下面的现状，再办理。"
NAMED = 3


@dataclass(frozen=True)
class Chance:
    """The last step of a case that could go back. context: of the history; until: the last moment; reasons: why it cannot."""

    step: Step
    context: UUID
    until: datetime.datetime
    reasons: list[str]


def chance(flow, case, user) -> Chance | None:
    """Whether the step that led here can be taken back by this person; None where that is no question for them.

    A step of the case's own side is not a decision: its author withdraws or corrects.
    """
    said = case.said
    step = next((s for s in flow.workflow.steps if s.verb == said.get("verb")), None)
    if step is None or "of" in said or said["n"] != case.version:
        return None
    if step.freezes or step.own or user.role not in step.roles:
        return None
    event = case.events.filter(version=case.version).order_by("pgh_id").last()
    if event is None or event.pgh_context_id is None:
        return None
    minutes = int(value(TAKE_BACK_MINUTES, timezone.localdate(event.pgh_created_at)))
    until = event.pgh_created_at + datetime.timedelta(minutes=minutes)
    if said["user"] != user.pk:
        reasons = [f"由作出决定的人（{said['who']}）撤回。"]
    elif timezone.now() >= until:
        reasons = [f"已超过 {minutes} 分钟，不能撤回。"]
    else:
        reasons = [*flow.given_out(case, event.pgh_created_at), *followed(flow, case, event.pgh_created_at)]
        reasons = reasons or left_behind(undo.plan(event.pgh_context_id))
    return Chance(step, event.pgh_context_id, until, reasons)


def followed(flow, case, since: datetime.datetime) -> list[str]:
    """Cases that were begun on this decision: about the same subject, or about the case itself."""
    found = []
    for other in FLOWS.values():
        about = other.model._meta.get_field(other.subject).related_model
        subject = case.pk if about is flow.model else getattr(case, f"{flow.subject}_id")
        if not subject or about not in (flow.model, flow.model._meta.get_field(flow.subject).related_model):
            continue
        rows = other.model.objects.filter(**{other.subject: subject}, entered_at__gt=since)
        if (rows.exclude(pk=case.pk) if other is flow else rows).exists():
            found.append(f"以后又有一件“{other.workflow.title}”，不能撤回。")
    return found


def left_behind(plan: undo.Plan) -> list[str]:
    """What of the decision could not go back, each a sentence."""
    rows = [row for part in plan.parts for row in part.left]
    found = []
    for row in rows[:NAMED]:
        last = row["later"][-1] if row["later"] else None
        who = f"（{last['who']} {last['verb']}）" if last else ""
        found.append(f"“{row['name']}”{row['why']}{who}，不能撤回。")
    return found


@transaction.atomic
def take_back(flow, case, *, by, note: str, seen: int | None = None):
    """The case as it stood before its last step, and the register with it. ValidationError with every reason when it cannot be."""
    case = flow.locked(case)
    found = chance(flow, case, by)
    reasons = list(found.reasons) if found else ["这一步不能撤回，请按流程办理。"]
    if not reasons and seen is not None and seen != case.version:
        reasons.append(STALE)
    if not note.strip():
        reasons.append("请写明撤回的原因。")
    if reasons:
        raise ValidationError(reasons)
    taken = case.said
    with told(CaseVerb.TAKE_BACK, by, note, case=flow.workflow.key):
        try:
            done = undo.undo(found.context, by, reason=note, step=True)
        except undo.Refused as refused:
            raise ValidationError(str(refused)) from refused
        if done.left_total:
            raise ValidationError(left_behind(done))
        case = flow.locked(case)
        case.said = {
            "n": case.version, "verb": STEP.verb, "label": STEP.label, "user": by.pk, "who": str(by), "words": note,
            "of": taken["n"],
        }  # fmt: skip
        case.save()
    flow.tell(case, f"已撤回“{taken['label']}”", note, by)
    return case
