"""One mail a day to whoever has something to do: what it is and until when, never personal data."""

import datetime
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
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
        row, _ = Digest.objects.update_or_create(user=person, day=day, defaults={"rows": len(entries)})
        try:
            send_mail(
                f"长宁区社区社会组织管理平台：{len(entries)} 件待办",
                text(person, entries, day),
                None,
                [person.email],
            )
        except (SMTPException, OSError):
            continue
        Digest.objects.filter(pk=row.pk).update(sent_at=timezone.now())
        sent += 1
    return len(people), sent


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
