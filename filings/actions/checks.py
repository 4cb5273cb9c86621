"""Spot checks: lots are drawn over decided filings, then each goes its way."""

import datetime
import math
import random

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.casework.workflow import Flow
from core.facts import Fact
from core.history import told
from core.settings import workdays
from core.settings.parameters import value
from filings import policy
from filings.choices import FilingState, GroupVerb
from filings.models import Draw, Filing, SpotCheck


def candidates(user, first: datetime.date, last: datetime.date):
    """Filings that were granted in a period and not checked yet, in a fixed order."""
    rows = Filing.objects.visible_to(user).filter(state=FilingState.FILED, checks=None)
    return rows.filter(decided_at__date__range=(first, last)).order_by("street__order", "pk")


def lots(filings: list[Filing], share, seed: int) -> list[Filing]:
    """The share of each street's filings, at least one; the same for the same seed."""
    chance, by_street = random.Random(seed), {}
    for filing in filings:
        by_street.setdefault(filing.street_id, []).append(filing)
    drawn = []
    for street in by_street.values():
        number = max(1, math.ceil(len(street) * share / 100))
        drawn += sorted(chance.sample(street, number), key=lambda filing: filing.pk)
    return drawn


@transaction.atomic
def draw(*, first: datetime.date, last: datetime.date, seed: int, by) -> Draw:
    """Draw and open a check for each lot. ValidationError when nothing can be drawn."""
    filings = list(candidates(by, first, last))
    if not filings:
        raise ValidationError("这段时间没有可以抽查的备案（已办结、还没有抽查过的）。")
    share = value(policy.CHECK_SHARE)
    with told(GroupVerb.DRAW, by, f"{first} 至 {last}，{share}%"):
        made = Draw.objects.create(
            first=first, last=last, share=share, seed=seed, candidates=len(filings), drawn_by=by
        )
        due = workdays.add(timezone.localdate(), int(value(policy.CHECK_DAYS)))
        for filing in lots(filings, share, seed):
            check = FLOW.enter(SpotCheck(filing=filing, draw=made), by=by)
            hands = {*filing.hands, filing.decided_by_id}  # who drew the lots may look at them
            check.hands, check.due_on = sorted(hands), due
            check.save()
    return made


def of_filing(case: SpotCheck) -> list[Fact]:
    """What the street decided on, as it was frozen."""
    return [Fact(*row) for row in case.filing.frozen]


FLOW = Flow(
    workflow=policy.SPOT_CHECK, model=SpotCheck, subject="filing", detail="filings:check", fields=lambda case: (),
    more=of_filing, before=lambda case: ("", []), related=("filing__street",),
)  # fmt: skip
