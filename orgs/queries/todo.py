"""What the register asks of a person: each line is a list that can be opened, with exactly that many rows."""

import datetime

from core.lists.paging import capped_counts
from orgs.choices import Dormancy, PairState, Status
from orgs.models import DuplicatePair, Organization

CERTIFICATE_DAYS = 90


def lines(user, today: datetime.date) -> list[dict]:
    """[{title, hint, count, url, state}] of the lists that have rows, most urgent first."""
    mine = Organization.objects.visible_to(user)
    soon = today + datetime.timedelta(days=CERTIFICATE_DAYS)
    asked = [
        ("证书已过期", "联系组织办理有效期延续或变更状态", "?certificate=expired&living=1", "late",
         living(mine).filter(certificate_expires_on__lt=today)),
        ("证书 90 天内到期", "提醒组织提前办理有效期延续", "?certificate=90&living=1", "warn",
         living(mine).filter(certificate_expires_on__range=(today, soon))),
        ("休眠，待核实", "核实后登记活动或变更状态", "?dormancy=dormant", "late", mine.filter(dormancy=Dormancy.DORMANT)),
        ("活动迟报", "补登最近的活动", "?dormancy=late", "warn", mine.filter(dormancy=Dormancy.LATE)),
        ("正在整改", "跟进整改情况", "?status=rectifying", "info", mine.filter(status=Status.RECTIFYING)),
    ]  # fmt: skip
    if user.may("orgs.edit"):
        pairs = DuplicatePair.objects.visible_to(user).filter(state=PairState.OPEN)
        asked.append(("疑似重复", "核对是合并，还是确认不是重复", "duplicates/?state=open", "warn", pairs))
    counts = capped_counts(*(rows for *_, rows in asked))
    return [
        {"title": title, "hint": hint, "count": count, "url": f"/orgs/{query}", "state": state}
        for (title, hint, query, state, _), count in zip(asked, counts, strict=True)
        if count
    ]


def living(queryset):
    """Neither deregistered, revoked nor stopped."""
    return queryset.exclude(status__in=[Status.CANCELLED, Status.REVOKED, Status.STOPPED])
