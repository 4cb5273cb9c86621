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
_request: ContextVar = ContextVar("request", default=None)


def record(kind: str, request=None, *, user=None, username: str = "", about=None, **detail) -> AuditEvent:
    """Append one event. `detail` is whatever explains it: list, filter, rows, purpose.

    about: the record that it concerns, kept with its name of this moment; the request that is being served tells
    address and page where none is given.
    """
    who = user or (
        request.user if request and getattr(request, "user", None) and request.user.is_authenticated else None
    )
    request = request or _request.get()
    detail |= named(about) if about is not None else {}
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


def named(record) -> dict:
    """What an event keeps of a record: kind, number and name, as they are now."""
    name = getattr(record, "audit_name", None) or str(record)
    return {"model": record._meta.label_lower, "record": record.pk, "name": name[:200]}


@contextmanager
def serving(request) -> Iterator[None]:
    """While a request is answered: what is recorded without naming it happened there."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def unrecorded() -> Iterator[None]:
    """For a rehearsal that rolls everything back: it would hold up every other event until its end."""
    token = _unrecorded.set(True)
    try:
        yield
    finally:
        _unrecorded.reset(token)
