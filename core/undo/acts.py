"""The acts themselves: whose they are, who may know of them, whether they may still be taken back."""

import datetime
import uuid
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Context

from core.models import Undone
from core.policy import UNDO_DAYS
from core.settings.parameters import value
from core.undo.registry import Undoable, registered, unregistered

EVERYBODY = "acts.everybody"  # the grant to take back what others did in one's own area
PAGE = 50
SCANNED = 10  # pages of acts looked through for one page of acts within the area


@dataclass
class Act:
    """One act of the history. rows: how many records it touched; undone: its `Undone`, if it was taken back;
    step: it moved a case, which goes back by steps of its workflow only.
    """

    context: uuid.UUID
    user: int | None
    who: str
    words: str
    reason: str
    at: datetime.datetime
    rows: int = 0
    undone: Undone | None = None
    undoes: str = ""
    step: bool = False

    @property
    def url(self) -> str:
        return reverse("acts:detail", args=[self.context])


def act_of(context) -> Act | None:
    """The act of a context; None when there is none, or when the machine did it."""
    row = Context.objects.filter(pk=context).first()
    if row is None or (row.metadata or {}).get("user") is None:
        return None
    return _act(row, _rows([row.pk]), _undone([row.pk]))


def _act(row, rows: dict, undone: dict) -> Act:
    said = row.metadata
    return Act(
        row.pk, said["user"], said.get("username", ""), said.get("words") or "修改", said.get("reason", ""), row.created_at,
        rows.get(row.pk, 0), undone.get(row.pk), said.get("undoes", ""), "case" in said,
    )  # fmt: skip


def earliest() -> datetime.datetime:
    """What was done before this cannot be taken back."""
    return timezone.now() - datetime.timedelta(days=int(value(UNDO_DAYS)))


def refusal(act: Act | None, *, step: bool = False) -> str:
    """Why this act cannot be taken back, as a sentence; empty when it can. step: its own workflow asks (core.casework.taking_back)."""
    if act is None or not act.rows:
        return "这项操作没有可以撤销的内容。"
    if act.step and not step:
        return "这是办理流程中的一步，不能直接撤销；需要更正时，请按流程重新办理。"
    if act.undone:
        return f"{act.undone.username} 已于 {timezone.localtime(act.undone.at):%Y-%m-%d %H:%M} 撤销过这项操作，不能再撤销一次。"
    if act.at < earliest():
        return f"这项操作已超过 {int(value(UNDO_DAYS))} 天，不能撤销。请打开有关记录逐条修改。"
    if beyond := [
        str(model._meta.verbose_name)
        for model in unregistered()
        if model.pgh_event_model.objects.filter(pgh_context_id=act.context).exists()
    ]:
        return f"这项操作还涉及{'、'.join(beyond)}，不能整次撤销。请打开有关记录逐条处理。"
    return ""


def find(context, user) -> Act | None:
    """The act if this person may take it back. None when rows of it lie outside the area; PermissionDenied when it is another's."""
    act = act_of(context)
    if act is None or not act.rows or outside([act.context], user.area):
        return None
    if act.user != user.pk and not user.may(EVERYBODY):
        raise PermissionDenied("只有操作人本人或区民政局经办可以撤销这项操作。")
    return act


def acts(user, before: datetime.datetime | None = None) -> tuple[list[Act], datetime.datetime | None]:
    """(acts within the period, newest first, where the next page begins): one's own, or with the grant those of the area."""
    recent = Context.objects.filter(created_at__gte=earliest())
    theirs = recent.filter(metadata__has_key="user").exclude(metadata__user=None)
    asked = theirs if user.may(EVERYBODY) else recent.filter(metadata__user=user.pk)
    found: list[Act] = []
    for _ in range(SCANNED):
        page = asked.filter(created_at__lt=before) if before else asked
        some = list(page.order_by("-created_at", "-pk")[:PAGE])
        ids = [row.pk for row in some]
        rows, undone, hidden = _rows(ids), _undone(ids), outside(ids, user.area)
        found += [_act(row, rows, undone) for row in some if rows.get(row.pk) and row.pk not in hidden]
        before = some[-1].created_at if len(some) == PAGE else None
        if before is None or len(found) >= PAGE:
            break
    return found, before


def offer(timeline: list[dict], user) -> list[dict]:
    """Give the entries of a timeline that this person may take back an `undo_url`."""
    mine = [
        entry for entry in timeline
        if entry["context"] and not entry["case"] and entry["user"] is not None and entry["at"] >= earliest()
        and (entry["user"] == user.pk or user.may(EVERYBODY))
    ]  # fmt: skip
    undone = _undone({entry["context"] for entry in mine})
    for entry in mine:
        if entry["context"] in undone:
            entry["undone"] = undone[entry["context"]]
        elif user.may("acts.view"):
            entry["undo_url"] = reverse("acts:detail", args=[entry["context"]])
    return timeline


def outside(contexts: list[uuid.UUID], area) -> set[uuid.UUID]:
    """Those of the acts that touched a record outside the area, as it lies now; a deleted one, where it lay."""
    if area.kind == "all" or not contexts:
        return set()
    return set().union(*(_outside(kind, contexts, area) for kind in registered()))


def _outside(kind: Undoable, contexts, area) -> set[uuid.UUID]:
    touched = kind.events.objects.filter(pgh_context_id__in=contexts)
    there = kind.model._base_manager.filter(pk=OuterRef("pgh_obj_id"))
    inside = kind.model.objects.in_area(area).filter(pk=OuterRef("pgh_obj_id"))
    found = touched.filter(Exists(there), ~Exists(inside)).values_list("pgh_context_id", flat=True)
    hidden = set(found.distinct())
    paths = kind.model.scope_path.get(area.kind)
    paths = (paths,) if isinstance(paths, str) else paths or ()
    for path in paths:
        lay = Q(**{f"{path}__isnull": False}) & ~Q(**{path: area.pk})
        hidden |= set(
            touched.filter(~Exists(there)).filter(lay).values_list("pgh_context_id", flat=True).distinct()
        )
    return hidden


def _rows(contexts) -> dict[uuid.UUID, int]:
    found: dict[uuid.UUID, int] = {}
    for kind in registered():
        counted = (
            kind.events.objects.filter(pgh_context_id__in=contexts)
            .values_list(F("pgh_context_id"))
            .annotate(n=Count("pgh_obj_id", distinct=True))
        )
        for context, count in counted.order_by():
            found[context] = found.get(context, 0) + count
    return found


def _undone(contexts) -> dict[uuid.UUID, Undone]:
    return {row.act: row for row in Undone.objects.filter(act__in=contexts)}
