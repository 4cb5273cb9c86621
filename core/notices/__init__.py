"""Telling a person something: kept here, shown under 通知, and counted in the daily mail."""

from core.models import Handover, Notice

KEPT = 200


def notify(user, *, title: str, url: str = "", body: str = "") -> Notice:
    """Leave a message for a person, as part of the transaction at hand: what is rolled back was never said."""
    return Notice.objects.create(user=user, title=title[:200], url=url, body=body)


def unread(user) -> int:
    return Notice.objects.filter(user=user, read_at__isnull=True).count()


def key_of(case) -> str:
    """Names a case in a handover."""
    return f"{case._meta.label_lower}:{case.pk}"


def in_charge(case, person):
    """Who has a case now that this person entered: whoever took it over, else the person."""
    taken = Handover.objects.filter(items__contains=[{"key": key_of(case)}]).select_related("successor")
    for handed in taken.order_by("pk"):
        if handed.person_id == person.pk:
            person = handed.successor
    return person
