"""Saved views: kept by their owner, perhaps shared, perhaps watched. Rows are always cut to whoever looks."""

import logging
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import IntegerField
from django.urls import reverse
from django.utils import timezone

from core.models import SavedView, Subscription
from core.notices import notify
from core.registry import list_named

log = logging.getLogger(__name__)
MOST_IDS = 10_000
NAMED = 10
TOO_MANY = f"这个视图超过 {MOST_IDS:,} 条，无法逐条比较。请先加条件，另存为一个视图再订阅。"


@dataclass
class Change:
    """What came into a view and what left it since it was last looked at. names: of rows that the person still sees."""

    new: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)


def url_of(saved: SavedView) -> str:
    """The list's own address with the view's conditions."""
    address = reverse(saved.list)
    return f"{address}?{saved.query}" if saved.query else address


def keep(*, owner, url_name: str, name: str, query: str, shared: bool) -> tuple[SavedView, bool]:
    """Save under a name; the owner's view of that name takes the new conditions. (view, whether it is new)."""
    more = sharing(owner, shared) if shared else {}
    return SavedView.objects.update_or_create(
        owner=owner, list=url_name, name=name, defaults={"query": query} | more
    )


def sharing(owner, shared: bool) -> dict:
    circle = owner.circle if shared else None
    if shared and circle is None:
        raise ValidationError("您的账号没有所属街镇或区，视图只能自己使用。")
    return {"shared_kind": circle.kind if circle else "", "shared_pk": circle.pk if circle else None}


def ids_of(saved: SavedView, user) -> tuple[object, list[int]]:
    """(the opened list, the rows that the view has for this person now). Raises ValidationError when they are too many."""
    kind = list_named(saved.list)
    if kind is None:
        raise PermissionDenied("这个名册已经不在系统中。")
    view = kind.seen_by(user, saved.query)
    if not isinstance(view.model._meta.pk, IntegerField):
        raise ValidationError("这个名册只增不减，没有每日通知。")
    ids = list(view.queryset.order_by("pk").values_list("pk", flat=True)[: MOST_IDS + 1])
    if len(ids) > MOST_IDS:
        raise ValidationError(TOO_MANY)
    return view, ids


def subscribe(saved: SavedView, user) -> None:
    """From now on: what is there today is not news."""
    _, ids = ids_of(saved, user)
    Subscription.objects.update_or_create(
        view=saved, user=user, defaults={"ids": ids, "query": saved.query, "as_of": timezone.now()}
    )


def unsubscribe(saved: SavedView, user) -> None:
    Subscription.objects.filter(view=saved, user=user).delete()


def changes(subscription: Subscription) -> tuple[Change, list[int]]:
    """(what changed for the subscriber, in the subscriber's area, since `as_of`; the rows of now)."""
    view, ids = ids_of(subscription.view, subscription.user)
    if subscription.query != subscription.view.query:  # by other conditions nothing came or left
        return Change(), ids
    before, now = set(subscription.ids), set(ids)
    change = Change([pk for pk in ids if pk not in before], sorted(before - now))
    source = next((c.source for c in view.columns if c.link), "pk")
    wanted = change.new[:NAMED] + change.left[:NAMED]
    change.names = dict(view.rows().filter(pk__in=wanted).values_list("pk", source))
    return change, ids


def lines(change: Change) -> list[str]:
    """The notice's words: how many came and left, with the first names."""
    found = []
    for words, ids in (("新增", change.new), ("移出", change.left)):
        if ids:
            names = [change.names[pk] for pk in ids[:NAMED] if pk in change.names]
            listed = (
                "：" + "、".join(map(str, names)) + ("等" if len(ids) > len(names) else "") if names else ""
            )
            found.append(f"{words} {len(ids):,} 条{listed}")
    return found


def tell_all(today: date) -> int:
    """Tell each subscriber once a day what changed. One broken view does not keep the others waiting; (notices sent)."""
    sent = 0
    for pk in Subscription.objects.filter(user__is_active=True).values_list("pk", flat=True):
        try:
            sent += tell(pk, today)
        except PermissionDenied:
            continue  # the grant is gone; should it come back, the subscription is still there
        except Exception:
            log.exception("subscription %s failed", pk)
    return sent


@transaction.atomic
def tell(pk: int, today: date) -> bool:
    rows = Subscription.objects.select_for_update().select_related("view", "user")
    subscription = rows.filter(pk=pk).first()
    if subscription is None or timezone.localdate(subscription.as_of) >= today:
        return False
    saved, user = subscription.view, subscription.user
    if (
        not SavedView.objects.visible_to(user).filter(pk=saved.pk).exists()
    ):  # no longer shared with this person
        return False
    try:
        change, ids = changes(subscription)
        body = lines(change)
    except ValidationError as too_many:
        ids, body = subscription.ids, too_many.messages
    subscription.ids, subscription.query, subscription.as_of = ids, saved.query, timezone.now()
    subscription.save()
    if body:
        notify(user, title=f"视图“{saved.name}”有变化", url=url_of(saved), body="\n".join(body))
    return bool(body)
