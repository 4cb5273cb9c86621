"""Telling a person something: kept here, shown under 通知, and counted in the daily mail."""

from core.models import Notice

KEPT = 200


def notify(user, *, title: str, url: str = "", body: str = "") -> Notice:
    """Leave a message for a person, as part of the transaction at hand: what is rolled back was never said."""
    return Notice.objects.create(user=user, title=title[:200], url=url, body=body)


def unread(user) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()
