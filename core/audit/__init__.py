"""The trace of sign-ins, denials, exports and sensitive reads: written here, sealed and verified next door.

Each event is chained to the one before it, so the database takes them one after the other, until the transaction of each
ends. Record outside of long transactions, or at their end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.client import address
from core.models import AuditEvent

_unrecorded: ContextVar[bool] = ContextVar("unrecorded", default=False)


def record(kind: str, request=None, *, user=None, username: str = "", **detail) -> AuditEvent:
    """Append one event. `detail` is whatever explains it: list, filter, rows, purpose."""
    who = user or (
        request.user if request and getattr(request, "user", None) and request.user.is_authenticated else None
    )
    event = AuditEvent(
        kind=kind,
        user=who,
        username=username or (who.username if who else ""),
        address=address(request) if request else None,
        path=request.get_full_path()[:500] if request else "",
        detail=detail,
    )
    if not _unrecorded.get():
        event.save(force_insert=True)
    return event


@contextmanager
def unrecorded() -> Iterator[None]:
    """For a rehearsal that rolls everything back: it would hold up every other event until its end."""
    token = _unrecorded.set(True)
    try:
        yield
    finally:
        _unrecorded.reset(token)
