"""Requests of a committee and of its street, one in every state, made by the same actions as real ones."""

import datetime

from accounts.models import User
from core.history import told
from core.settings import workdays
from orgs.actions.status import FLOW, ask
from orgs.choices import Status, Tier, Verb
from orgs.models import Organization, StatusChange

REASONS = [
    "骨干成员搬离，已两个月没有活动",
    "活动场地改造，暂停活动",
    "与邻近团队合并活动",
    "召集人身体原因，暂无人接手",
]
FURTHEST = [  # steps after sending, by whom
    [], [], [], [("approve", "street", "情况属实")], [("refuse", "street", "仍有成员愿意参加，先协助推选新的召集人")],
    [("send_back", "street", "")], [("withdraw", "committee", "已找到新的活动场地")],
    [("send_back", "street", ""), ("resubmit", "committee", "最后一次活动在春节前，8 人参加，已在原因中写明")],
]  # fmt: skip


def plant_requests(today: datetime.date) -> int:
    """How many were made; none where the demo accounts do not exist."""
    people = {u.username: u for u in User.objects.filter(username__in=["district", "street", "committee"])}
    if len(people) < 3:
        return 0
    own = list(living(community=people["committee"].community_id)[: len(FURTHEST) + 1])
    others = living(street=people["street"].street_id).exclude(community=people["committee"].community_id)[:3]
    cases = [sent(org, people["committee"], n, today) for n, org in enumerate(own[: len(FURTHEST)])]
    for case, steps in zip(cases, FURTHEST, strict=False):
        for verb, who, note in steps:
            returned = {"reason": "请写明最后一次活动的时间和参加人数"} if verb == "send_back" else None
            FLOW.take(case, verb, by=people[who], note=note, returned=returned)
    if cases:  # one is late
        StatusChange.objects.filter(pk=cases[0].pk).update(due_on=workdays.add(today, -2))
    begun = [draft(org, people["committee"], today) for org in own[len(FURTHEST) :]]
    cases += [sent(org, people["street"], n, today) for n, org in enumerate(others)]
    return len(cases) + len(begun)


def living(**place):
    rows = Organization.objects.filter(**place, tier__in=[Tier.TEAM, Tier.GROUP]).order_by("pk")
    return rows.filter(status__in=[Status.FILED, Status.NORMAL])


def fields(number: int, today: datetime.date) -> dict:
    return {
        "status": Status.STOPPED, "effective_on": today - datetime.timedelta(days=7 + number),
        "reason": REASONS[number % len(REASONS)], "property_note": "账目已结清，器材移交居委活动室",
    }  # fmt: skip


def sent(organization: Organization, by: User, number: int, today: datetime.date) -> StatusChange:
    return ask(organization, by=by, **fields(number, today))


def draft(organization: Organization, by: User, today: datetime.date) -> StatusChange:
    case = StatusChange(
        organization=organization,
        status_before=organization.status,
        entered_by=by,
        hands=[by.pk],
        **fields(0, today),
    )
    with told(Verb.CREATE, by):
        case.save()
    return case
