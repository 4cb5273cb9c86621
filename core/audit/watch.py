"""Too much of what is allowed one by one: phones seen, pages refused, codes tried. Counted in the database alone.

Over the limit the answer is 429 with the time from which it goes on; the first time within a period auditors and security
administrators are told.
"""

import datetime
import ipaddress
from contextlib import suppress

from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from core import audit, notices
from core.choices import AuditKind
from core.models import AuditEvent, Tally
from core.policy import (
    DENIAL_MINUTES,
    DENIALS,
    DENIALS_MOST,
    PUBLIC,
    PUBLIC_MINUTES,
    PUBLIC_MISSES,
    READ_MINUTES,
    READS,
)
from core.settings import parameters

LOCK = 0x0A7C4  # with a person's key: one at a time
READING, DENIED = "查看电话、住址", "被拒绝访问"
ALL, MISSES = "public", "public-miss"
KEPT_FOR = datetime.timedelta(days=1)  # of tallies


class TooMany(Exception):
    """Refused until a moment. alarm: (what, how many, minutes) that others are told of, if anything."""

    def __init__(self, sentence: str, until: datetime.datetime, alarm: tuple[str, int, int] | None = None):
        super().__init__(sentence)
        self.until, self.alarm = until, alarm

    @property
    def seconds(self) -> int:
        return max(1, int((self.until - timezone.now()).total_seconds()) + 1)


def values(*declared) -> list[int]:
    """The numbers in force today, in one statement."""
    found = {
        entry.declared.key: int(entry.value) for entry in parameters.entries(declared, timezone.localdate())
    }
    return [found[one.key] for one in declared]


def clock(moment: datetime.datetime) -> str:
    return f"{timezone.localtime(moment + datetime.timedelta(seconds=59)):%H:%M}"


def read(request, *, about, **told) -> None:
    """Record that a person is shown personal data, before it is shown. Raises TooMany when there was enough of it."""
    user = request.user
    most, minutes = values(READS, READ_MINUTES)
    period = datetime.timedelta(minutes=minutes)
    with transaction.atomic():
        _one_at_a_time(user)
        recent = _events(user, AuditKind.READ, period).filter(detail__has_key="purpose").order_by("-at")
        times = list(recent.values_list("at", flat=True)[:most])
        if len(times) < most:
            audit.record(AuditKind.READ, request, about=about, **told)
            return
    until = times[-1] + period
    raise TooMany(
        f"{minutes} 分钟内查看电话、住址已达 {most} 次，请在 {clock(until)} 以后再查看。这次暂停已告知审计管理员和安全管理员；"
        "工作确需大量联系的，请先向他们说明。",
        until,
        (READING, most, minutes),
    )


def denied(request) -> TooMany | None:
    """After a denial was recorded: alarm when they are many, and what to answer when they are far too many."""
    user = request.user
    alarm_at, most, minutes = values(DENIALS, DENIALS_MOST, DENIAL_MINUTES)
    period = datetime.timedelta(minutes=minutes)
    count = _events(user, AuditKind.DENIED, period)[: most + 1].count()
    if count >= alarm_at:
        alarm(request, DENIED, alarm_at, minutes)
    if count <= most:
        return None
    until = timezone.now() + period
    return TooMany(f"{minutes} 分钟内打开没有权限的页面过多，请在 {clock(until)} 以后再试。", until)


def alarm(request, what: str, most: int, minutes: int) -> None:
    """Tell auditors and security administrators, once within the period."""
    user, people = request.user, get_user_model().objects
    with transaction.atomic():
        _one_at_a_time(user)
        period = datetime.timedelta(minutes=minutes)
        if _events(user, AuditKind.ALARM, period).filter(detail__act=what).exists():
            return
        guards = people.holding("audit.view") | people.holding("accounts.grant")
        event = audit.record(
            AuditKind.ALARM,
            request,
            act=what,
            most=most,
            minutes=minutes,
            told=[guard.audit_name for guard in guards],
        )
        title = f"告警：{user.audit_name}在 {minutes} 分钟内{what}达 {most} 次"
        body = "请核实是否工作需要；不是本人操作的，请系统管理员结束登录、重置密码。"
        for guard in guards:
            seen = guard.may("audit.view") and event.pk
            url = reverse("audit:detail", args=[event.pk]) if seen else user.get_absolute_url()
            notices.notify(guard, title=title, url=url, body=body)


def _events(user, kind: str, period: datetime.timedelta):
    """A person's events of a kind within the last while."""
    return AuditEvent.objects.filter(username=user.username, kind=kind, at__gt=timezone.now() - period)


def _one_at_a_time(user) -> None:
    """Until the transaction ends: a hundred requests at once are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, user.pk % 2**31])


# ---- what anybody may ask, from one network address ----


def origin(request) -> str:
    """The address that is counted: of IPv6 the network that one subscriber has."""
    text = request.META.get("REMOTE_ADDR") or ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text[:50]
    return text if address.version == 4 else str(ipaddress.ip_network(f"{text}/64", strict=False))


def public(request) -> None:
    """Count a request that anybody may make; TooMany when this address made too many, or missed too often.

    An office behind one address checks many papers: only wrong codes are few.
    """
    most, misses, minutes = values(PUBLIC, PUBLIC_MISSES, PUBLIC_MINUTES)
    period = datetime.timedelta(minutes=minutes)
    count(request, ALL)
    rows = Tally.objects.filter(
        address=origin(request), minute__gt=timezone.now() - period, what__in=(ALL, MISSES)
    )
    found = dict(rows.values_list("what").annotate(n=Sum("count")))
    if found.get(ALL, 0) <= most and found.get(MISSES, 0) < misses:
        return
    first = rows.order_by("minute").values_list("minute", flat=True).first() or timezone.now()
    until = max(first + period, timezone.now() + datetime.timedelta(minutes=1))
    raise TooMany(f"这个网络地址查验过于频繁，请在 {clock(until)} 以后再试。", until)


def missed(request) -> None:
    """Count a code that belongs to nothing."""
    count(request, MISSES)


def count(request, what: str) -> None:
    """A disk that is full stops the counting, not the reading."""
    minute = timezone.now().replace(second=0, microsecond=0)
    with suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_tally (what, address, minute, count) VALUES (%s, %s, %s, 1) "
            "ON CONFLICT (what, address, minute) DO UPDATE SET count = core_tally.count + 1",
            [what, origin(request), minute],
        )


def forget_old() -> int:
    return Tally.objects.filter(minute__lt=timezone.now() - KEPT_FOR).delete()[0]
