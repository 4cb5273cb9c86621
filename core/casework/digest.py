"""One mail a day to whoever has something to do: what it is and until when, never personal data."""

import datetime
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from core import notices
from core.casework import todo
from core.models import Digest
from core.words import without_numbers

SHOWN = 20


def send(day: datetime.date, only_failed: bool = False) -> tuple[int, int]:
    """The mails of a day; (people with an address, mails sent). Who was written to today is not written to again.

    A mail that could not be sent does not keep the others waiting; `only_failed` tries it again.
    """
    people = get_user_model().objects.filter(is_active=True).exclude(email="").order_by("pk")
    if only_failed:
        people = people.filter(pk__in=Digest.objects.filter(day=day, sent_at=None).values("user"))
    sent = 0
    for person in people:
        if Digest.objects.filter(user=person, day=day, sent_at__isnull=False).exists():
            continue
        entries = todo.entries(person, day)
        if not entries:
            continue
        row, _ = Digest.objects.get_or_create(user=person, day=day, defaults={"rows": len(entries)})
        sent += _send_one(row, person, entries)
    return len(people), sent


@transaction.atomic
def _send_one(row: Digest, person, entries) -> bool:
    """Whether this call sent the mail; another one that is about to send it, or did, keeps its hands on the row."""
    row = Digest.objects.select_for_update(skip_locked=True).filter(pk=row.pk, sent_at=None).first()
    if row is None:
        return False
    title = f"长宁区社区社会组织管理平台：{len(entries)} 件待办"
    try:
        send_mail(title, text(person, entries, row.day), None, [person.email])
    except (SMTPException, OSError):
        return False
    row.rows, row.sent_at = len(entries), timezone.now()
    row.save()
    return True


def text(person, entries, day: datetime.date) -> str:
    lines = [f"{person}，您好：", "", f"截至 {day:%Y年%m月%d日}，您有 {len(entries)} 件待办。", ""]
    for entry in entries[:SHOWN]:
        many = f"（{entry.count} 条）" if entry.count else ""
        lines.append(f"· {entry.title}{many}　{entry.action}　{entry.words}".rstrip("　"))
    if len(entries) > SHOWN:
        lines.append(f"· 另有 {len(entries) - SHOWN} 件，请登录查看。")
    if unread := notices.unread(person):
        lines += ["", f"未读通知 {unread} 条。"]
    lines = [without_numbers(line) for line in lines]
    return "\n".join([*lines, "", f"请登录办理：{settings.SITE_URL}/", "本邮件由系统发出，请勿回复。"])
