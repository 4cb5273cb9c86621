"""Writes the trace of sign-ins, denials, exports and sensitive reads."""

from core.models import AuditEvent


def record(kind: str, request=None, *, user=None, username: str = "", **detail) -> AuditEvent:
    """Append one event. `detail` is whatever explains it: list, filter, rows, purpose."""
    who = user or (
        request.user if request and getattr(request, "user", None) and request.user.is_authenticated else None
    )
    return AuditEvent.objects.create(
        kind=kind,
        user=who,
        username=username or (who.username if who else ""),
        address=request.META.get("REMOTE_ADDR") or None if request else None,
        path=request.get_full_path()[:500] if request else "",
        detail=detail,
    )
