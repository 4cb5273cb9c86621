"""How a case moves: one function writes, everything else reads the same rows of the workflow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from core import notices, workdays
from core.choices import CaseVerb
from core.history import told
from core.parameters import value
from core.policy import NEEDED, Step, Workflow

FLOWS: dict[str, "Flow"] = {}


@dataclass(frozen=True)
class Offer:
    """A step that leads on from here. Without reasons it can be taken; with them it is grey and says why."""

    step: Step
    reasons: list[str]


@dataclass
class Flow:
    """A workflow bound to its records.

    model: a concrete Case; subject: name of its foreign key to what the case is about;
    facts(case): [(field, label, words)] that the decider sees and that are frozen when the case is sent;
    effects: verb → what else happens, called with (case, by, note) in the same transaction;
    detail: url name of the case's page.
    """

    workflow: Workflow
    model: type[models.Model]
    subject: str
    facts: Callable[[Any], list[tuple[str, str, str]]]
    detail: str
    effects: dict[str, Callable] = field(default_factory=dict)

    def __post_init__(self):
        FLOWS[self.workflow.key] = self

    def offers(self, case, user) -> list[Offer]:
        """Every step out of the case's state, with what stands in its way for this person."""
        return [Offer(step, self.reasons(case, step, user)) for step in self.workflow.leaving(case.state)]

    def reasons(self, case, step: Step, user) -> list[str]:
        """Why this person cannot take the step now, each a sentence; empty when nothing is in the way."""
        found = []
        if case.state not in step.sources:
            found.append(f"现在是“{case.get_state_display()}”，不能{step.label}，请刷新页面。")
        if user.role not in step.roles:
            found.append(f"由{'、'.join(role.label for role in in_order(step.roles))}办理。")
        elif step.others and user.pk in case.hands:
            found.append("录入、修改或提交的人不能自己办理，请同事办理。")
        elif step.own and user.role != case.entered_by.role:
            found.append(f"由填报的一方（{case.entered_by.get_role_display()}）办理。")
        return found or [words for check in step.checks if (words := check(case, user))]

    def may_edit(self, case, user) -> bool:
        """Contents are open while the case is with its author, to whoever may send it."""
        if case.state not in self.workflow.editable:
            return False
        sending = [s for s in self.workflow.leaving(case.state) if s.freezes]
        return any(user.role in s.roles and (not s.own or user.role == case.entered_by.role) for s in sending)

    def waiting_for(self, user):
        """The open cases on which this person is asked for a step, by deadline; None when the role is never asked."""
        steps = [s for s in self.workflow.steps if s.asked and user.role in s.roles]
        if not steps:
            return None
        mine = Q()
        for step in steps:
            here = Q(state__in=step.sources)
            if step.others:
                here &= ~Q(hands__contains=[user.pk])
            mine |= here & Q(entered_by__role=user.role) if step.own else here
        rows = self.model.objects.visible_to(user).filter(mine)
        return rows.order_by(models.F("due_on").asc(nulls_last=True), "pk")

    @transaction.atomic
    def enter(self, case, *, by, send: str):
        """Store a new case and send it by the step `send`. ValidationError when it is not whole or a check refuses it."""
        step = self.workflow.step(send)
        case.entered_by, case.hands, case.state = by, [by.pk], self.workflow.start
        case.full_clean()
        with told(step, by, clause=step.clause, case=self.workflow.key):
            case.save(force_insert=True)
            return self.take(case, send, by=by)

    @transaction.atomic
    def correct(self, case, *, by, **fields):
        """Change what is open: everything before the case was sent, afterwards only the fields that were returned."""
        case = self.model.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not self.may_edit(case, by):
            raise ValidationError(
                f"现在是“{case.get_state_display()}”，只有填报的一方在送审以前、补正时可以修改。"
            )
        for name, words in fields.items():
            if not case.returned or name in case.returned:
                setattr(case, name, words)
        case.hands, case.version = sorted({*case.hands, by.pk}), case.version + 1
        case.full_clean()
        with told(CaseVerb.EDIT, by, case=self.workflow.key):
            case.save()
        return case

    @transaction.atomic
    def take(self, case, verb: str, *, by, note: str = "", returned: dict[str, str] | None = None):
        """Take a step. ValidationError with every reason when it cannot be taken; nothing is written then.

        returned: field → what is to be corrected, for a step that returns the case.
        """
        step = self.workflow.step(verb)
        case = self.model.objects.select_for_update(of=("self",)).get(pk=case.pk)
        reasons = self.reasons(case, step, by)
        if step.note == NEEDED and not note.strip():
            reasons.append("请填写意见。")
        if step.returns and not returned:
            reasons.append("请至少标出一栏要补正的内容，并写明怎样改。")
        if reasons:
            raise ValidationError(reasons)
        self._clock(case, step)
        if step.freezes:
            case.frozen = [list(fact) for fact in self.facts(case)]
            case.submitted_by, case.submitted_at = by, timezone.now()
            case.hands = sorted({*case.hands, by.pk})
        if step.decides:
            case.decided_by, case.decided_at = by, timezone.now()
        case.returned = dict(returned or {}) if step.returns else {}
        case.state, case.version = step.target, case.version + 1
        with told(step, by, note, clause=step.clause, case=self.workflow.key):
            case.save()
            if effect := self.effects.get(verb):
                effect(case, by, note)
        if (step.decides or step.returns) and case.entered_by_id != by.pk:
            self._tell(case, step, note)
        return case

    def _clock(self, case, step: Step) -> None:
        """The decider's clock stops while the case is with its author and goes on with what was left."""
        today = timezone.localdate()
        allowed = int(value(step.days, today)) if step.days else None
        if step.returns:
            case.days_left = workdays.between(today, case.due_on) if case.due_on else None
        if step.freezes and case.days_left is not None:
            allowed, case.days_left = case.days_left, None
        case.due_on = None if allowed is None else workdays.add(today, max(allowed, 0))

    def _tell(self, case, step: Step, note: str) -> None:
        title = f"{self.workflow.title}“{case}”：{case.get_state_display()}"
        url = self.url(case)
        for person in {case.entered_by, case.submitted_by or case.entered_by}:
            notices.notify(person, title=title, url=url, body=note)

    def url(self, case) -> str:
        return reverse(self.detail, args=[case.pk])

    def last_approved(self, case):
        """The newest decided case of the same subject before this one, for the comparison; None if there is none."""
        same = {self.subject: getattr(case, self.subject)}
        decided = self.model.objects.filter(**same, decided_at__isnull=False).exclude(pk=case.pk)
        if case.decided_at:
            decided = decided.filter(decided_at__lt=case.decided_at)
        return decided.order_by("-decided_at").first()

    def sent_before(self, case) -> list:
        """What was sent the last time before the case came back; empty when it was sent once."""
        earlier = case.events.exclude(frozen=[]).exclude(frozen=case.frozen).order_by("-pgh_id")
        return earlier.values_list("frozen", flat=True).first() or []

    def compared(self, case) -> tuple[str, list[tuple[str, str, str | None, bool]]]:
        """(with what, [(label, what the decider is shown, the same before or None, whether they differ)]).

        A case that came back is compared with what was sent before, any other with the last decided one of its subject.
        """
        shown = case.frozen or [list(fact) for fact in self.facts(case)]
        against, last = "上次送审", self.sent_before(case) if case.frozen else []
        if not last:
            decided = self.last_approved(case)
            against, last = "上次办结", decided.frozen if decided else []
        before = {name: words for name, _, words in last}
        return against, [
            (label, words, before.get(name), bool(last) and before.get(name) != words)
            for name, label, words in shown
        ]


def in_order(roles) -> list:
    """The roles in the order in which they are declared."""
    return sorted(roles, key=lambda role: list(type(role)).index(role))
