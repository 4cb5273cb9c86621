"""我的待办: whatever a person can act on, gathered from those who know, by deadline."""

import datetime
from dataclasses import dataclass

from core.casework.workflow import IN_TURN, Flow
from core.facts import label_of
from core.registry import FLOWS, TODO
from core.settings import workdays

MOST = 500  # rows of one kind: beyond that a person works from the list


@dataclass(frozen=True)
class Entry:
    """One row: what it is about, what to do, where the button is, until when; count when it stands for a list.

    discard: the address that throws it away, for what can be thrown away.
    """

    title: str
    action: str
    url: str
    due_on: datetime.date | None = None
    state: str = "info"
    words: str = ""
    count: int | None = None
    discard: str = ""


def entries(user, today: datetime.date) -> list[Entry]:
    """Everything, the nearest deadline first, then what is marked as urgent."""
    found = [entry for give in TODO.values() for entry in give(user, today)]
    urgency = {"late": 0, "warn": 1}
    return sorted(found, key=lambda e: (e.due_on or datetime.date.max, urgency.get(e.state, 2), e.title))


def cases(user, today: datetime.date) -> list[Entry]:
    return [entry for flow in FLOWS.values() for entry in waiting(flow, user, today)]


def waiting(flow: Flow, user, today: datetime.date) -> list[Entry]:
    """The open cases of one workflow that wait for this person."""
    rows = flow.waiting_for(user)
    if rows is None:
        return []
    found, calendar = [], workdays.read()
    for case in rows.select_related(flow.subject, *flow.related).defer("frozen", "before")[:MOST]:
        if not (steps := flow.asked_of(case, user)):
            continue
        state, due = calendar.due(case.due_on, today) if case.due_on else ("info", "")
        words = "、".join(label_of(case, name) for name in case.returned)
        doing = f"补正“{words}”后再提交" if words else "、".join(s.label for s in steps)
        found.append(
            Entry(
                title=str(case), action=f"{flow.heading(case)}：{doing}",
                url=f"{flow.url(case)}?{IN_TURN}", due_on=case.due_on, state=state, words=due,
            )
        )  # fmt: skip
    return found
