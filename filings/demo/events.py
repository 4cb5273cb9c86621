"""Major events of the demo's committee and street, one in every state and one whose result is late, by the same actions as real ones."""

import datetime
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from filings import policy
from filings.actions.event import FLOW, begin, deadline, report
from filings.choices import EventKind, Incidents
from filings.models import MajorEvent
from orgs.choices import Status, Tier
from orgs.models import Organization

RESULT = {
    "actual_attendance": 46, "actual_cost": Decimal(1850), "incidents": Incidents.NONE,
    "outcome": "居民反响良好，现场招募新成员 5 人。",
}  # fmt: skip
RETURNED = {"safety_phone": "请写现场负责人的手机号码"}
ACKNOWLEDGED, TOLD = ("acknowledge", "street", {}), ("result", "committee", RESULT)
EVENTS = [  # kind, name, days from today, people, 元, who reports it, steps that follow: (verb without its level, by whom, what it asks)
    (EventKind.GATHERING, "邻里节文艺汇演", 20, 40, 3000, "committee", None),
    (EventKind.OUTING, "苏州河步道健步走", 12, 35, 800, "committee", []),
    (EventKind.GATHERING, "重阳敬老广场演出", 16, 120, 8000, "committee", []),
    (EventKind.FOREIGN, "国际社区文化交流日", 25, 60, 12000, "street", []),
    (EventKind.FORUM, "家庭急救知识讲座", 14, 45, 500, "committee", [("return", "street", {"returned": RETURNED})]),
    (EventKind.SPORTS, "社区乒乓球友谊赛", 10, 48, 2600, "committee", [ACKNOWLEDGED]),
    (EventKind.FUNDRAISING, "爱心义卖", -5, 45, 1500, "committee", [ACKNOWLEDGED]),
    (EventKind.GATHERING, "国庆合唱展演", -40, 80, 6000, "committee", [ACKNOWLEDGED]),  # its result is late
    (EventKind.SPORTS, "楼组趣味运动会", -12, 45, 2000, "committee", [ACKNOWLEDGED, TOLD]),
    (EventKind.COMPETITION, "最美楼道评选", 30, 30, 1000, "committee", [("call_off", "committee", {"note": "场地改造，延至明年"})]),
]  # fmt: skip


def plant(today: datetime.date) -> tuple[str, int]:
    """(what was made, how many); none where the demo accounts do not exist."""
    people = {u.username: u for u in User.objects.filter(username__in=["district", "street", "committee"])}
    if len(people) < 3:
        return "重大活动报告", 0
    living = Organization.objects.filter(
        tier__in=[Tier.TEAM, Tier.GROUP], status__in=[Status.FILED, Status.NORMAL]
    )
    own = list(living.filter(community=people["committee"].community_id).order_by("pk")[: len(EVENTS)])
    if not own:
        return "重大活动报告", 0
    for number, (kind, name, days, many, cost, who, steps) in enumerate(EVENTS):
        event = event_of(own[number % len(own)], today + datetime.timedelta(days=days))
        event.kind, event.name, event.expected_attendance, event.budget = kind, name, many, Decimal(cost)
        event.foreign_note = "境外居民约 15 人参加" if kind == EventKind.FOREIGN else ""
        if steps is not None:
            reported_before(
                event, min(today, event.starts_on - datetime.timedelta(days=9 if number % 4 else 3))
            )
        report(event, by=people[who], send=steps is not None)
        for verb, by, given in steps or []:
            take(event, verb, people[by], given)
    return "重大活动报告", len(EVENTS)


def event_of(organization: Organization, day: datetime.date) -> MajorEvent:
    event = begin(organization)
    nine = datetime.datetime.combine(day, datetime.time(9), tzinfo=timezone.get_current_timezone())
    event.starts_at, event.ends_on = nine, day
    event.content, event.way = "面向居民的集体活动，由团队骨干和志愿者组织", "现场"
    event.place, event.safety_officer = event.place or "居委活动室", event.safety_officer or "王建国"
    event.safety_phone = event.safety_phone or "19900000001"
    event.safety_plan = "设安全员 4 名，划定观众区，备急救箱；遇雨改期。"
    return event


def reported_before(event: MajorEvent, day: datetime.date) -> None:
    """As if it had been sent for the first time on a day, some in time and some not."""
    event.reported_on, event.report_by = day, deadline(event, day)
    event.late = day > event.report_by


def take(event: MajorEvent, verb: str, by: User, given: dict) -> None:
    """The step of this name that leads on from here."""
    case = MajorEvent.objects.select_related("organization").get(pk=event.pk)
    step = next(s for s in policy.MAJOR_EVENT.leaving(case.state, case) if s.verb.startswith(verb))
    FLOW.take(case, step.verb, by=by, **given)
