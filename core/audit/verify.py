"""One verification of everything: the chain of events and the seals over the history."""

import time
from dataclasses import dataclass, field

from core import audit
from core.audit import chain, seals
from core.choices import AuditKind
from core.models import AuditEvent

KEPT = 100  # sentences that the record of a verification holds


@dataclass
class Outcome:
    """events, history: rows that were recomputed; head: digest of the last event, to be noted outside of the database."""

    events: int
    history: int
    last: int
    head: str
    seconds: float
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.faults


class Broken(Exception):
    """The trace does not hold; the message is what an officer reads."""


def verify() -> Outcome:
    """Recompute everything and write nothing."""
    start = time.monotonic()
    found = chain.check()
    history, faults = seals.check()
    return Outcome(
        events=found.events,
        history=history,
        last=found.last,
        head=found.head,
        seconds=round(time.monotonic() - start, 2),
        faults=found.sentences() + faults,
    )


def verify_and_record(request=None) -> tuple[Outcome, AuditEvent]:
    """The outcome stays in the chain itself, where the last one is read from."""
    outcome = verify()
    event = audit.record(
        AuditKind.VERIFY,
        request,
        events=outcome.events,
        history=outcome.history,
        last=outcome.last,
        head=outcome.head,
        seconds=outcome.seconds,
        total=len(outcome.faults),
        faults=outcome.faults[:KEPT],
    )
    return outcome, event


def nightly() -> tuple[int, int]:
    """A step of the night: verify, then seal what is new. (rows read, rows sealed); raises Broken or seals.Busy."""
    outcome, _ = verify_and_record()
    sealed = seals.seal()
    if not outcome.whole:
        raise Broken(f"审计核验发现 {len(outcome.faults)} 处问题：{outcome.faults[0]}")
    rows = sum(part["rows"] for part in sealed.detail["tables"].values()) if sealed else 0
    return outcome.events + outcome.history, rows
