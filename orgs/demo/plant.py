"""A made-up district into the database: records with their keys, history as the triggers would have written it, snapshots."""

import datetime
import uuid
from bisect import bisect_right
from random import Random

from django.db import connection, transaction
from django.utils import timezone
from pghistory.models import Context

from orgs import policy, search
from orgs.choices import Tier, Verb
from orgs.demo.district import District, Life, days
from orgs.demo.load import columns, copy, follow_sequence, without_triggers
from orgs.models import Activity, CommunityTarget, Organization, TargetPolicy
from places.models import Community

EVENT = Organization._meta.get_field("events").related_model
LEDGER_REASON = "首批名册入库（演示数据）"
MONTHS, NIGHTS = 24, 60


@transaction.atomic
def plant(as_of: datetime.date, seed: int, users: dict[str, int]) -> dict[str, int]:
    """Fill an empty register. users: name → pk of the accounts that the history may name. Returns rows per table."""
    rng = Random(seed)
    communities = list(
        Community.objects.filter(street__district__code="310105")
        .open_on(as_of)
        .select_related("street")
        .order_by("code")
    )
    district = District(rng, as_of, communities)
    lives = district.lives()
    history = History(rng, users, district.launch)
    with without_triggers(Organization, Activity):
        organizations = copy(
            Organization, history.names, (history.row(pk, life) for pk, life in enumerate(lives, 1))
        )
        copy(Context, ["id", "created_at", "updated_at", "metadata"], history.contexts)
        events = copy(EVENT, history.event_names, history.events)
        activities = copy(Activity, ACTIVITY, activity_rows(rng, lives))
    entered(Activity)
    rule = TargetPolicy.objects.order_by("effective_from").first()  # not within COPY: it owns the connection
    snapshots = copy(CommunityTarget, TARGET, targets(lives, communities, as_of, rule))
    for model in (Organization, EVENT, Activity, Activity.pgh_event_model, CommunityTarget):
        follow_sequence(model)
    return {"组织": organizations, "变更记录": events, "活动": activities, "达标快照": snapshots}


class History:
    """Rows of the register and of its event table, each state under the context in which it came about."""

    def __init__(self, rng: Random, users: dict[str, int], launch: datetime.date):
        self.rng, self.users, self.launch = rng, users, launch
        self.names = columns(Organization)
        state = [n for n in self.names if n not in ("search_text", "search_terms")]
        self.state = state
        self.event_names = ["pgh_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pgh_context_id", *state]
        self.blank = {
            f.attname: ([] if f.attname in ("service_fields", "search_terms") else f.get_default())
            for f in Organization._meta.concrete_fields
        }
        self.contexts: list[tuple] = []
        self.events: list[tuple] = []
        self.shared: dict[tuple, uuid.UUID] = {}

    def row(self, pk: int, life: Life) -> list:
        values = self.blank | life.values | {"id": pk, "dormancy": "active", "version": 1}
        values["created_at"] = values["updated_at"] = at = self.moment(life.entered)
        self.keys(values)
        first = Verb.IMPORT if life.entered <= self.launch + days(6) else Verb.CREATE
        reason = LEDGER_REASON if first == Verb.IMPORT else ""
        self.event("insert", at, self.context(at, life.who, first, reason, shared=True), values)
        for step in life.steps:
            at = max(self.moment(step.at), at + datetime.timedelta(minutes=1))
            values |= step.values | {"version": values["version"] + 1, "updated_at": at}
            self.keys(values)
            self.event("update", at, self.context(at, step.who, step.verb, step.reason, step.clause), values)
        last = life.last_active_on
        if last is not None:
            values |= {"last_active_on": last}
            at = max(at, self.moment(last)) + datetime.timedelta(minutes=20)
            self.event("update", at, self.context(at, life.who, Verb.ACTIVITY, "", shared=True), values)
        if life.judged_on is not None:
            values |= {"dormancy": life.dormancy}
            night = datetime.datetime.combine(life.judged_on, datetime.time(2, 10))
            at = max(at + datetime.timedelta(minutes=1), timezone.make_aware(night))
            self.event("update", at, self.context(at, "系统", Verb.NIGHTLY, "休眠判定", shared=True), values)
        return [values[name] for name in self.names]

    def moment(self, day: datetime.date) -> datetime.datetime:
        """Some time in office hours."""
        clock = datetime.time(self.rng.randint(9, 16), self.rng.randrange(60), self.rng.randrange(60))
        return timezone.make_aware(datetime.datetime.combine(day, clock))

    def keys(self, values: dict) -> None:
        name = values["name"]
        values["name_key"], values["sort_key"] = search.normalise(name)[:200], search.sort_key(name)
        codes = (values["credit_code"] or "", values["filing_no"] or "")
        values["search_text"], values["search_terms"] = search.keys(name, *codes)

    def context(
        self, at, who: str, verb: str, reason: str, clause: str = "", shared: bool = False
    ) -> uuid.UUID:
        key = (at.date(), who, verb)
        if shared and key in self.shared:
            return self.shared[key]
        made = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        told = {
            "user": self.users.get(who), "username": who, "verb": str(verb), "words": str(Verb(verb).label), "reason": reason
        }  # fmt: skip
        self.contexts.append((made, at, at, told | ({"clause": clause} if clause else {})))
        if shared:
            self.shared[key] = made
        return made

    def event(self, label: str, at, context, values: dict) -> None:
        pk = len(self.events) + 1
        self.events.append((pk, at, label, values["id"], context, *(values[n] for n in self.state)))


ACTIVITY = [
    "id",
    "organization_id",
    "name",
    "held_on",
    "place",
    "attendance",
    "field",
    "is_major",
    "created_at",
]


def activity_rows(rng: Random, lives: list[Life]):
    pk = 0
    for organization, life in enumerate(lives, 1):
        for made in reversed(life.activities):
            pk += 1
            entered = timezone.make_aware(
                datetime.datetime.combine(made["held_on"], datetime.time(17, rng.randrange(60)))
            )
            yield [pk, organization, *(made[name] for name in ACTIVITY[2:-1]), entered]


def entered(model) -> None:
    """History as the triggers write it of rows that were entered and never changed."""
    names = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model.pgh_event_model._meta.db_table} (pgh_created_at, pgh_label, pgh_obj_id, {names}) "
            f"SELECT created_at, 'insert', id, {names} FROM {model._meta.db_table} ORDER BY id"
        )


TARGET = ["night", "community_id", "policy_id", "registered", "teams", "groups", "dormant"]


def nights(as_of: datetime.date) -> list[datetime.date]:
    """The ends of the last 24 months and the last 60 nights, oldest first."""
    found = {as_of - days(n) for n in range(NIGHTS)}
    first = as_of.replace(day=1)
    for _ in range(MONTHS):
        end = first - days(1)
        found.add(end)
        first = end.replace(day=1)
    return sorted(night for night in found)


def targets(lives: list[Life], communities: list, as_of: datetime.date, rule: TargetPolicy):
    """What each community had on each night; the last night is the register as it stands."""
    column = {Tier.REGISTERED: 0, Tier.TEAM: 1, Tier.GROUP: 2}
    parameters = {tier: [p.first for p in pair] for tier, pair in policy.DORMANCY_DAYS.items()}
    held = [sorted(a["held_on"] for a in life.activities) for life in lives]
    for night in nights(as_of):
        asleep = {tier: policy.dormancy_dates(night, *pair)[1] for tier, pair in parameters.items()}
        found = {c.pk: [0, 0, 0, 0] for c in communities}
        for life, dates in zip(lives, held, strict=True):
            standing, community = life.standing(night), life.values["community_id"]
            if standing is None or community is None or standing[1] not in rule.counted.get(standing[0], ()):
                continue
            tier = Tier(standing[0])
            found[community][column[tier]] += 1
            seen = bisect_right(dates, night)
            found[community][3] += bool(seen) and dates[seen - 1] < asleep[tier]
        for pk, counts in found.items():
            yield [night, pk, rule.pk, *counts]
