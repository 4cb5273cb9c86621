"""Who sent a request, as far as the network tells: one answer for the audit, the lock-out and every limit."""

import ipaddress

from django.conf import settings


def address(request) -> str | None:
    """The client's address; None where the connection has none (a unix socket without a trusted proxy).

    settings.TRUSTED_PROXIES: how many proxies of ours stand before the server. Each of them appends whom it spoke with to
    X-Forwarded-For, so the entry that many from the right was written by the outermost of them, and whatever stands further
    left by the client. Without a trusted proxy, or when the entry is missing or is no address, the connection counts.
    """
    proxies = settings.TRUSTED_PROXIES
    told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    forwarded = _address(told[-proxies]) if 0 < proxies <= len(told) else None
    return forwarded or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """Written in one way, an IPv4 address within IPv6 as the former; None when it is none that can be stored."""
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.scope_id:
            return None
        found = found.ipv4_mapped or found
    return str(found)
