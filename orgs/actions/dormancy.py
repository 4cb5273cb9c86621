"""The draft rule for dormancy: silent past its tier's period is late, past the grace as well is dormant."""

import datetime

import pghistory
from django.db import connection, transaction

from core.parameters import value
from orgs import policy
from orgs.choices import Dormancy, Tier, Verb

MARK = """
UPDATE orgs_organization o SET dormancy = judged.dormancy
FROM (
    SELECT id, CASE WHEN status IN ('cancelled', 'revoked', 'stopped') THEN %(active)s
                    WHEN coalesce(last_active_on, established_on) < %(dormant_before)s THEN %(dormant)s
                    WHEN coalesce(last_active_on, established_on) < %(late_before)s THEN %(late)s
                    ELSE %(active)s END AS dormancy
    FROM orgs_organization WHERE tier = %(tier)s
) AS judged
WHERE judged.id = o.id AND o.dormancy <> judged.dormancy
"""


@transaction.atomic
def mark(on: datetime.date) -> tuple[int, int]:
    """Judge every organisation as of a day; (read, changed). The version stays: an open form is not in conflict."""
    read = changed = 0
    with pghistory.context(user=None, username="夜间任务", verb=str(Verb.NIGHTLY), reason="休眠判定"):
        for tier in Tier:
            period, grace = (value(p, on) for p in policy.DORMANCY_DAYS[tier])
            late_before, dormant_before = policy.dormancy_dates(on, period, grace)
            with connection.cursor() as cursor:
                cursor.execute(
                    MARK,
                    {
                        "tier": tier, "late_before": late_before, "dormant_before": dormant_before,
                        "active": Dormancy.ACTIVE, "late": Dormancy.LATE, "dormant": Dormancy.DORMANT,
                    },
                )  # fmt: skip
                changed += cursor.rowcount
                cursor.execute("SELECT count(*) FROM orgs_organization WHERE tier = %s", [tier])
                read += cursor.fetchone()[0]
    return read, changed
