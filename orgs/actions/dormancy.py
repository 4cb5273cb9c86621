"""The night stores the judgement of `orgs.queries.dormancy`."""

import datetime

import pghistory
from django.db import transaction

from core.parameters import value
from orgs import policy
from orgs.choices import Tier, Verb
from orgs.models import Organization
from orgs.queries.dormancy import judged


@transaction.atomic
def mark(on: datetime.date) -> tuple[int, int]:
    """Judge every organisation as of a day; (read, changed). The version stays: an open form is not in conflict."""
    changed = 0
    with pghistory.context(user=None, username="夜间任务", verb=str(Verb.NIGHTLY), reason="休眠判定"):
        for tier in Tier:
            judgement = judged(on, *(value(p, on) for p in policy.DORMANCY_DAYS[tier]))
            wrong = Organization.objects.filter(tier=tier).exclude(dormancy=judgement)
            changed += wrong.update(dormancy=judgement)
    return Organization.objects.count(), changed
