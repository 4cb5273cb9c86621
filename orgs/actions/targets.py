"""The nightly snapshot of the target: one statement for a district and for a nation."""

import datetime
import json

from django.db import connection, transaction
from django.utils import timezone

from core.choices import SettingVerb
from core.dated import open_sql
from core.history import told
from orgs.actions.setup import load_dictionaries
from orgs.models import CommunityTarget, TargetPolicy
from orgs.queries.targets import policy_on
from places.models import Community

SNAPSHOT = f"""
WITH counted AS (
    SELECT o.community_id,
           count(*) FILTER (WHERE o.tier = 'registered') AS registered,
           count(*) FILTER (WHERE o.tier = 'team') AS teams,
           count(*) FILTER (WHERE o.tier = 'group') AS groups,
           count(*) FILTER (WHERE o.dormancy = 'dormant') AS dormant
    FROM orgs_organization o
    WHERE (o.tier, o.status) IN (SELECT rule.key, status.value
                                 FROM jsonb_each(%(counted)s::jsonb) AS rule,
                                      jsonb_array_elements_text(rule.value) AS status)
      AND o.community_id IS NOT NULL
    GROUP BY o.community_id
), fresh AS (
    SELECT c.id, coalesce(n.registered, 0) AS registered, coalesce(n.teams, 0) AS teams,
           coalesce(n.groups, 0) AS groups, coalesce(n.dormant, 0) AS dormant
    FROM places_community c LEFT JOIN counted n ON n.community_id = c.id
    WHERE {open_sql(Community, "c", "%(night)s")}
)
INSERT INTO orgs_communitytarget AS t (night, community_id, policy_id, registered, teams, groups, dormant)
SELECT %(night)s, id, %(policy)s, registered, teams, groups, dormant FROM fresh
ON CONFLICT (community_id, night) DO UPDATE
    SET policy_id = excluded.policy_id, registered = excluded.registered, teams = excluded.teams,
        groups = excluded.groups, dormant = excluded.dormant
    WHERE %(open)s AND (t.policy_id, t.registered, t.teams, t.groups, t.dormant)
          IS DISTINCT FROM (excluded.policy_id, excluded.registered, excluded.teams, excluded.groups, excluded.dormant)
"""


@transaction.atomic
def snapshot(night: datetime.date, today: datetime.date | None = None) -> tuple[int, int]:
    """Store what every open community has on a night; (communities read, rows written). A second run writes nothing.

    A night that is past keeps the figures that were stored for it: only communities without any are added.
    """
    current = policy_on(night) or first_policy()
    with connection.cursor() as cursor:
        cursor.execute(
            SNAPSHOT,
            {
                "night": night, "policy": current.pk, "counted": json.dumps(current.counted),
                "open": night >= (today or timezone.localdate()),
            },
        )  # fmt: skip
        changed = cursor.rowcount
    return CommunityTarget.objects.filter(night=night).count(), changed


def first_policy() -> TargetPolicy:
    """The first reading, from the policy's own words, when the bureau has recorded none."""
    load_dictionaries()
    return TargetPolicy.objects.order_by("effective_from").first()


@transaction.atomic
def set_policy(
    *,
    minimum,
    counted: dict[str, list[str]],
    counting_basis: str,
    legal_basis: str,
    effective_from: datetime.date,
    expires_on: datetime.date | None = None,
    by,
) -> TargetPolicy:
    """A new reading from a day on. Earlier ones and the snapshots made under them stay as they are."""
    policy = TargetPolicy(
        minimum=minimum, counted=counted, counting_basis=counting_basis, legal_basis=legal_basis,
        effective_from=effective_from, expires_on=expires_on, entered_by=by,
    )  # fmt: skip
    policy.full_clean()
    with told(SettingVerb.PUBLISH, by, legal_basis):
        policy.save()
    return policy
