"""How a case moves: one function writes, everything else reads the same rows of the workflow."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from core import notices
from core.casework import taking_back
from core.casework.moved import Moved
from core.casework.steps import NEEDED, Step, Workflow
from core.casework.waiting import Waiting
from core.choices import CaseVerb
from core.facts import FILES, Fact, facts_of, label_of
from core.files import attachments
from core.history import told
from core.settings import workdays
from core.settings.parameters import value

IN_TURN = "next=1"  # the address of a case that is opened from 我的待办: after a step the next one follows


@dataclass(frozen=True)
class Offer:
    """A step that leads on from here. Without reasons it can be taken; with them it is grey and says why."""

    step: Step
    reasons: list[str]


class Opinion(NamedTuple):
    """A step that somebody took, from the history, which nobody can rewrite."""

    verb: str
    label: str
    user: int
    who: str
    words: str
    at: datetime.datetime


@dataclass
class Flow(Waiting, Moved):
    """A workflow bound to its records.

    model: a concrete Case; subject: name of its foreign key to what the case is about, which may be empty at first;
    detail: url name of the case's page; fields(case): what the decider sees, frozen when the case is sent, with the files;
    editable(case): those of them that its author fills in and that can be returned, by default all;
    rests_on(case): the register as it is now, as far as a decision rests on it; what differs from when the case was sent stops
    the steps that say `as_sent`;
    words: field → function of the case, where the stored value is not what a person reads;
    before(case): (title, facts) to compare with, by default the last decided case of the same subject;
    warnings(case, by): sentences that the decider should read and that refuse nothing;
    effects: verb → what else happens, called with (case, by, note) in the same transaction, before the case is stored;
    related: foreign keys that the name of a case is read through; more(case): facts that are no columns of the case;
    given_out(case, since): sentences on what left the house since a decision, which then cannot be taken back.
    """

    workflow: Workflow
    model: type[models.Model]
    subject: str
    detail: str
    fields: Callable[[Any], Sequence[str]]
    editable: Callable[[Any], Sequence[str]] | None = None
    words: dict[str, Callable] = field(default_factory=dict)
    before: Callable[[Any], tuple[str, list[Fact]]] | None = None
    rests_on: Callable[[Any], list[Fact]] = lambda case: []
    warnings: Callable[[Any, Any], list[str]] = lambda case, by: []
    effects: dict[str, Callable] = field(default_factory=dict)
    related: Sequence[str] = ()
    more: Callable[[Any], list[Fact]] = lambda case: []
    given_out: Callable[[Any, datetime.datetime], list[str]] = lambda case, since: []

    # ---- what can be done, and why not ----

    def offers(self, case, user) -> list[Offer]:
        """Every step out of the case's state, with what stands in its way for this person."""
        return [
            Offer(step, self.reasons(case, step, user)) for step in self.workflow.leaving(case.state, case)
        ]

    def leads(self, case, step: Step) -> bool:
        """Whether the step leads out of where the case stands."""
        return step in self.workflow.leaving(case.state, case)

    def reasons(self, case, step: Step, user) -> list[str]:
        """Why this person cannot take the step now, each a sentence; empty when nothing is in the way."""
        if not self.leads(case, step):
            return [f"现在是“{case.get_state_display()}”，不能{step.label}，请刷新页面。"]
        if user.role not in step.roles:
            return [f"由{'、'.join(role.label for role in in_order(step.roles))}办理。"]
        if step.others and user.pk in case.hands:
            return ["录入、修改或提交的人不能自己办理，请同事办理。"]
        if step.own and user.role != case.side:
            words = {str(role): role.label for role in step.roles}
            return [f"由填报的一方（{words.get(case.side, case.side)}）办理。"]
        moved = self.moved_words(case) if step.as_sent else ""
        return [
            *([moved] if moved else []),
            *(words for check in step.checks if (words := check(case, user))),
        ]

    def may_edit(self, case, user) -> bool:
        """Contents are open while the case is with its author, to whoever may send it."""
        sending = [s for s in self.workflow.leaving(case.state, case) if s.freezes]
        return any(user.role in s.roles and (not s.own or user.role == case.side) for s in sending)

    def sending(self, case) -> Step:
        """The step that sends the case from where it stands. StopIteration when none does, see `may_edit`."""
        return next(s for s in self.workflow.leaving(case.state, case) if s.freezes)

    def open_fields(self, case) -> list[str]:
        """What its author may change now: everything before it was sent, afterwards what was returned."""
        names = [*(self.editable or self.fields)(case), FILES]
        return [name for name in names if not case.returned or name in case.returned]

    # ---- writing ----

    @transaction.atomic
    def enter(self, case, *, by, send: str = ""):
        """Store a new case and, with `send`, take that step. ValidationError when it is not whole or a check refuses it."""
        step = self.workflow.step(send) if send else CaseVerb.ENTER
        case.entered_by, case.side, case.hands, case.state = by, by.role, [by.pk], self.workflow.start
        case.full_clean()
        with told(step, by, case=self.workflow.key):
            case.save(force_insert=True)
            return self.take(case, send, by=by) if send else case

    @transaction.atomic
    def correct(self, case, *, by, **fields):
        """Change what is open: everything before the case was sent, afterwards only the fields that were returned."""
        case = self.locked(case)
        if not self.may_edit(case, by):
            raise ValidationError(
                f"现在是“{case.get_state_display()}”，只有填报的一方在送审以前、补正时可以修改。"
            )
        if closed := set(fields) - {*self.open_fields(case)}:
            labels = [str(case._meta.get_field(name).verbose_name) for name in sorted(closed)]
            raise ValidationError(f"现在不能修改：{'、'.join(labels)}。")
        for name, words in fields.items():
            setattr(case, name, words)
        self._touch(case, by)
        return case

    @transaction.atomic
    def attach(self, case, file, *, by):
        """Add a file while the contents are open. ValidationError when they are not; `attachments.Refused` by its contents."""
        case = self._open_for_files(case, by, "添加")
        kept = attachments.attach(case, file, by=by)
        self._touch(case, by, f"添加附件“{kept.name}”")
        return kept

    @transaction.atomic
    def detach(self, case, file: int, *, by, back: bool = False) -> attachments.Attachment:
        """Take a file off the case while the contents are open, or put it back. What was frozen with it still names it."""
        case = self._open_for_files(case, by, "恢复" if back else "移除")
        found = attachments.put_back(case, file) if back else attachments.remove(case, file, by=by)
        if found is None:
            raise ValidationError("这个附件刚才已经处理过，请刷新页面。")
        self._touch(case, by, f"{'恢复' if back else '移除'}附件“{found.name}”")
        return found

    def _open_for_files(self, case, by, doing: str):
        case = self.locked(case)
        if not self.may_edit(case, by) or FILES not in self.open_fields(case):
            raise ValidationError(f"现在不能{doing}附件：只有填报的一方在送审以前、补正时可以。")
        return case

    def _touch(self, case, by, why: str = "") -> None:
        """Somebody had the contents in hand: they will not decide on them."""
        case.hands, case.version, case.said = sorted({*case.hands, by.pk}), case.version + 1, {}
        case.full_clean()
        with told(CaseVerb.EDIT, by, why, case=self.workflow.key):
            case.save()

    @transaction.atomic
    def take(
        self,
        case,
        verb: str,
        *,
        by,
        note: str = "",
        returned: dict[str, str] | None = None,
        seen: int | None = None,
        **fields,
    ):
        """Take a step. ValidationError with every reason when it cannot be taken; nothing is written then.

        returned: field → what is to be corrected, for a step that returns the case; seen: the version that the person
        decided on; fields: what the step asks for.
        """
        step = self.workflow.step(verb)
        case = self.locked(case)
        reasons = self.reasons(case, step, by)
        if step.freezes and not note.strip() and (words := self.uncorrected(case)):
            reasons.append(words)
        if not reasons and seen is not None and seen != case.version:
            reasons.append(taking_back.STALE)
        if step.note == NEEDED and not note.strip():
            reasons.append("请填写意见。")
        if step.returns and not returned:
            reasons.append("请至少标出一栏要补正的内容，并写明怎样改。")
        if step.returns and set(returned or ()) - {*(self.editable or self.fields)(case), FILES}:
            reasons.append("标出的栏目里有填报人不能修改的，请重新标出。")
        if reasons:
            raise ValidationError(reasons)
        for name in (*step.asks, *step.may_ask):
            if name in fields:
                setattr(case, name, fields[name])
        late = case.due_on
        self._clock(case, step)
        if step.freezes:
            self._freeze(case, by)
        if step.decides:
            case.decided_by, case.decided_at = by, timezone.now()
            case.in_time = not workdays.is_late(late, timezone.localdate())
        case.returned = dict(returned or {}) if step.returns else {}
        case.state, case.version = step.target, case.version + 1
        case.said = {
            "n": case.version, "verb": verb, "label": step.label, "user": by.pk, "who": str(by), "words": note,
        }  # fmt: skip
        with told(step, by, note, clause=step.clause, case=self.workflow.key):
            if effect := self.effects.get(verb):
                effect(case, by, note)
            case.full_clean()
            case.save()
        if step.decides or step.returns:
            self.tell(case, case.get_state_display(), note, by)
        return case

    def uncorrected(self, case) -> str:
        """A sentence when nothing of what was to be corrected has changed since the case was sent."""
        if not case.returned:
            return ""
        sent = {fact.field: fact for fact in (Fact(*row) for row in case.frozen)}
        now = {fact.field: fact for fact in self.facts(case)}
        if any(sent.get(name) != now.get(name) for name in case.returned):
            return ""
        labels = "、".join(label_of(case, name) for name in case.returned)
        return f"要求补正的“{labels}”还没有改。请先补正；核实后不用改的，请在“补正说明”里写明。"

    def with_author(self, case) -> bool:
        """Whether its contents are open: not sent yet, or returned."""
        return any(step.freezes for step in self.workflow.leaving(case.state, case))

    def locked(self, case):
        """The case as it is now, kept from others until the transaction ends."""
        return self.model.objects.select_for_update(of=("self",)).get(pk=case.pk)

    def _freeze(self, case, by) -> None:
        title, facts = (self.before or self.last_decided)(case)
        case.frozen, case.before = self.facts(case), {"title": title, "facts": facts}
        case.submitted_by, case.submitted_at = by, timezone.now()
        case.hands = sorted({*case.hands, by.pk})

    def _clock(self, case, step: Step) -> None:
        """The decider's clock stops while the case is with its author and goes on with what was left."""
        today = timezone.localdate()
        start = (getattr(case, step.since) if step.since else None) or today
        allowed = int(value(step.days, today)) if step.days else None
        if step.returns:
            left = workdays.between(today, workdays.add(case.due_on, 0)) if case.due_on else None
            # On the day off after a deadline no working day has passed since, and yet it is late.
            case.days_left = min(left, -1) if workdays.is_late(case.due_on, today) else left
        if step.freezes and case.days_left is not None:
            start, allowed, case.days_left = today, case.days_left, None  # late before, late again
        case.due_on = None if allowed is None else workdays.add(start, allowed)

    def tell(self, case, words: str, note: str, by) -> None:
        """Whoever entered and sent it, or took over from them, hears what was done to it, unless they did it themselves."""
        title = f"{self.workflow.title}“{case}”：{words}"
        authors = {case.entered_by, case.submitted_by or case.entered_by}
        for person in {notices.in_charge(case, author) for author in authors} - {by}:
            notices.notify(person, title=title, url=self.url(case), body=note)

    # ---- reading ----

    def url(self, case) -> str:
        return reverse(self.detail, args=[case.pk])

    def heading(self, case) -> str:
        """What kind of case it is; one that has kinds says which."""
        return (
            f"{self.workflow.title}（{case.get_kind_display()}）"
            if hasattr(case, "kind")
            else self.workflow.title
        )

    def facts(self, case) -> list[Fact]:
        """What the decider sees of the case as it is now."""
        files = list(attachments.of(case)) if case.pk else []
        found = facts_of(case, self.fields(case), self.words) + self.more(case)
        if files:
            found.append(
                Fact(FILES, "附件", "、".join(f.name for f in files), " ".join(f.digest[:16] for f in files))
            )
        return found

    def last_decided(self, case) -> tuple[str, list[Fact]]:
        """What was frozen of the newest decided case of the same subject."""
        subject = getattr(case, f"{self.subject}_id")
        decided = self.model.objects.filter(**{self.subject: subject}, decided_at__isnull=False)
        last = decided.exclude(pk=case.pk).order_by("-decided_at").first() if subject else None
        return "上次办结", last.frozen if last else []

    def sent_before(self, case) -> list:
        """What was sent the last time before the case came back; empty when it was sent once."""
        earlier = case.events.exclude(frozen=[]).exclude(frozen=case.frozen).order_by("-pgh_id")
        return earlier.values_list("frozen", flat=True).first() or []

    def compared(self, case) -> tuple[list[str], list[dict]]:
        """(titles of what it is compared with, [{label, words, before: [(title, words)], differs}]).

        A case that came back stands beside what was sent before, and beside what it is to replace; where the register
        moved on since it was sent, beside what that says now.
        """
        author = self.with_author(case)
        now = self.facts(case) if author else case.frozen or self.facts(case)
        sent = case.frozen if author else self.sent_before(case) if case.frozen else []
        kept = case.before or dict(
            zip(("title", "facts"), (self.before or self.last_decided)(case), strict=True)
        )
        columns = [
            ("上次送审", sent),
            (kept["title"], kept["facts"]),
        ]
        if moved := {fact.field: fact for _, fact in self.moved(case)}:
            columns.append(("名册现值", [moved.get(row[0], row) for row in kept["facts"]]))
        columns = [(title, {row[0]: Fact(*row) for row in facts}) for title, facts in columns if facts]
        rows = []
        for fact in (Fact(*row) for row in now):
            earlier = [known.get(fact.field) for _, known in columns]
            rows.append(
                {
                    "label": fact.label,
                    "words": fact.words,
                    "before": [
                        (title, old.words if old else "")
                        for (title, _), old in zip(columns, earlier, strict=True)
                    ],
                    "differs": any(old is None or old[2:] != fact[2:] for old in earlier),
                }
            )
        return [title for title, _ in columns], rows

    def opinions(self, case) -> list[Opinion]:
        """Every step that was taken and not taken back, oldest first, with who, when and what they said."""
        found = {}
        for said, at in case.events.exclude(said={}).order_by("pgh_id").values_list("said", "pgh_created_at"):
            if "of" in said:
                found.pop(said["of"], None)
                continue
            found.setdefault(
                said["n"], Opinion(*(said[k] for k in ("verb", "label", "user", "who", "words")), at)
            )
        return list(found.values())

    def last_opinion(self, case, *verbs: str) -> Opinion | None:
        """The newest step with one of these verbs."""
        return next((o for o in reversed(self.opinions(case)) if o.verb in verbs), None)


def in_order(roles) -> list:
    """The roles in the order in which they are declared."""
    return sorted(roles, key=lambda role: list(type(role)).index(role))
