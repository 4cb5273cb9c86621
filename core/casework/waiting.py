"""Which cases of a workflow wait for a person, and which comes next."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.casework.steps import Step, Workflow


class Waiting:
    """The part of a `Flow` that to-do lists ask."""

    workflow: Workflow
    model: type[models.Model]

    def waiting_for(self, user):
        """The open cases on which this person is asked for a step, by deadline; None when the role is never asked."""
        steps = [s for s in self.workflow.steps if s.asked and user.role in s.roles]
        if not steps:
            return None
        mine = Q()
        for step in steps:
            here = Q(state__in=step.sources, **{f"{name}__in": values for name, values in step.when.items()})
            if step.others:
                here &= ~Q(hands__contains=[user.pk])
            if step.opens:
                here &= Q(**{f"{step.opens}__lte": timezone.localdate()})
            mine |= here & Q(side=user.role) if step.own else here
        rows = self.model.objects.visible_to(user).filter(mine)
        return rows.order_by(models.F("due_on").asc(nulls_last=True), "pk")

    def asked_of(self, case, user) -> list[Step]:
        """The steps for which a case of `waiting_for` waits, by what the case itself says: no query."""
        return [
            s for s in self.workflow.leaving(case.state, case)
            if s.asked and user.role in s.roles and (not s.own or case.side == user.role)
            and not (s.others and user.pk in case.hands)
        ]  # fmt: skip

    def next_for(self, user, case) -> tuple[int | None, int]:
        """(key of the case that waits for this person after this one, how many wait besides it)."""
        rows = self.waiting_for(user)
        if rows is None:
            return None, 0
        rows = rows.exclude(pk=case.pk)
        after = (
            Q(due_on=case.due_on, pk__gt=case.pk) | Q(due_on__gt=case.due_on)
            if case.due_on
            else Q(pk__gt=case.pk)
        )
        later = rows.filter(after | Q(due_on=None) if case.due_on else after & Q(due_on=None))
        keys = later.values_list("pk", flat=True).first() or rows.values_list("pk", flat=True).first()
        return keys, rows.count()
