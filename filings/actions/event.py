"""Major events: reported, acknowledged, told of afterwards; the result enters the register in the same transaction."""

import datetime

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from core import notices
from core.casework.workflow import Flow
from core.settings.parameters import value
from filings import policy
from filings.choices import EventState, Incidents
from filings.models import MajorEvent
from filings.queries.events import activity_of
from orgs.actions import register
from orgs.models import Organization


def begin(organization: Organization) -> MajorEvent:
    """An unsaved report, filled in with what the register holds, under the thresholds of today."""
    return MajorEvent(
        organization=organization, place=organization.activity_place, safety_officer=organization.leader_name,
        safety_phone=organization.contact_phone, attendance_from=int(value(policy.EVENT_ATTENDANCE)),
        budget_from=value(policy.EVENT_BUDGET),
    )  # fmt: skip


def report(event: MajorEvent, *, by, send: bool = True) -> MajorEvent:
    """Store a report and send it to the level that must know of it, or keep it as a draft."""
    return FLOW.enter(event, by=by, send=policy.SUBMITS[policy.level(event)[0]] if send else "")


# ---- what follows from a step ----


def deadline(case: MajorEvent, day: datetime.date) -> datetime.date:
    """By when it has to be reported, by the rule of a day."""
    return case.starts_on - datetime.timedelta(days=int(value(policy.EVENT_BEFORE, day)))


def count_late(case: MajorEvent, by, note: str) -> None:
    """Judged by the day on which it was sent first, however often it comes back."""
    case.reported_on = case.reported_on or timezone.localdate()
    case.report_by = deadline(case, case.reported_on)
    case.late = case.reported_on > case.report_by


def into_register(case: MajorEvent, by, note: str) -> None:
    """The activity is entered once: one that is there already is linked, and counts as major from now on."""
    if known := activity_of(case):
        if not known.is_major:
            known.is_major = True
            known.save(update_fields=["is_major"])
        case.activity = known
    else:
        case.activity = register.record_activity(
            case.organization, name=case.name, held_on=case.starts_on, place=case.place, attendance=case.actual_attendance,
            is_major=True, by=by,
        )  # fmt: skip
    if case.incidents == Incidents.SOME:
        street = User.objects.filter(
            role=Role.STREET_OFFICER, street=case.organization.street_id, is_active=True
        )
        tell(case, f"重大活动“{case}”报告有安全事故", case.outcome, *street)


def called_off(case: MajorEvent, by, note: str) -> None:
    tell(case, f"重大活动“{case}”已取消", note)


def tell(case: MajorEvent, title: str, body: str, *others: User) -> None:
    """Whoever acknowledged it hears what became of it."""
    for person in {case.decided_by, *others} - {None}:
        notices.notify(person, title=title, url=FLOW.url(case), body=body)


def warnings(case: MajorEvent, by) -> list[str]:
    """Who is to know of it and why, while it can still be sent; until it is acknowledged, whether it comes late."""
    if case.decided_at or case.state == EventState.CALLED_OFF:
        return []
    said, unsent = [], case.state in (EventState.DRAFT, EventState.RETURNED)
    if unsent:
        state, why = policy.level(case)
        said.append(f"{why}，{policy.MAJOR_EVENT.step(policy.SUBMITS[state]).label}。")
    if words := policy.police_words(case.expected_attendance):
        said.append(words)
    day = case.reported_on or timezone.localdate()
    last = deadline(case, day) if unsent else case.report_by
    if last and day > last:
        said.append(f"迟报：应在 {last} 以前报告，{day} 报告，晚 {(day - last).days} 天。")
    return said


FLOW = Flow(
    workflow=policy.MAJOR_EVENT, model=MajorEvent, subject="organization", detail="filings:event",
    related=("organization__street", "organization__community"),
    fields=lambda case: policy.EVENT_FIELDS, before=lambda case: ("", []), warnings=warnings,
    effects={
        **dict.fromkeys(policy.SUBMITS.values(), count_late), "result": into_register, "call_off": called_off,
    },
)  # fmt: skip
