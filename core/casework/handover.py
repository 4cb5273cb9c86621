"""What a person has not finished, and how a colleague takes it over: cases, drafts, jobs and unread notices, by name."""

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import notices
from core.casework.workflow import Flow
from core.choices import JOB_OPEN, JobState
from core.forms import drafts
from core.jobs import exports
from core.models import Draft, Handover, Job, Notice
from core.registry import FLOWS

CASE, DRAFT, JOB, NOTICE = "办理中的事项", "没有提交的草稿", "后台任务", "未读通知"


@dataclass(frozen=True)
class Item:
    """One unfinished thing. plain: its words without the name of any record; key: what names it in the database."""

    kind: str
    title: str
    plain: str
    key: str
    url: str = ""


def open_of(person) -> list[Item]:
    """Everything that would be left behind, kind by kind."""
    found = [item for flow in FLOWS.values() for item in _cases(flow, person)]
    unsent = Draft.objects.filter(user=person, saved_at__gte=timezone.now() - drafts.LIVES)
    for draft in unsent.order_by("saved_at"):
        found.append(Item(DRAFT, draft.titled, draft.title or draft.path, f"core.draft:{draft.key}"))
    for job in _jobs(person):
        plain = f"{job.title.partition('：')[0]}，{job.get_state_display()}"
        words = f"{job.title}，{job.get_state_display()}"
        found.append(Item(JOB, words, plain, f"core.job:{job.pk}", f"/jobs/{job.pk}/"))
    unread = Notice.objects.filter(user=person, read_at__isnull=True).order_by("pk")
    return found + [
        Item(NOTICE, n.title, n.title.partition("“")[0] or "通知", f"core.notice:{n.pk}", n.url)
        for n in unread
    ]


def needed(items: list[Item]) -> list[Item]:
    """Those that somebody must take over: a notice can be left."""
    return [item for item in items if item.kind != NOTICE]


def _cases(flow: Flow, person):
    """Open cases that the person entered or sent, or took over from somebody."""
    handed = Handover.objects.filter(successor=person).values_list("items", flat=True)
    label = flow.model._meta.label_lower
    keys = [item["key"].partition(":") for items in handed for item in items if item["kind"] == CASE]
    taken = [int(pk) for name, _, pk in keys if name == label]
    mine = Q(entered_by=person) | Q(submitted_by=person) | Q(pk__in=taken)
    rows = flow.model.objects.filter(mine, state__in=flow.workflow.open, decided_at__isnull=True)
    for case in rows.select_related(flow.subject, *flow.related, "entered_by", "submitted_by").order_by("pk"):
        authors = {case.entered_by, case.submitted_by or case.entered_by}
        if person in {notices.in_charge(case, author) for author in authors}:
            state, heading = case.get_state_display(), flow.heading(case)
            yield Item(
                CASE, f"{heading}：{case}（{state}）", f"{heading}第 {case.pk} 号（{state}）",
                notices.key_of(case), flow.url(case),
            )  # fmt: skip


def _jobs(person):
    to_see = [job.pk for job in exports.to_see_to(person)]
    states = (*JOB_OPEN, JobState.WAITING)
    return Job.objects.filter(Q(state__in=states) | Q(pk__in=to_see), owner=person).order_by("pk")


def refusal(person, successor) -> str:
    """Why this colleague cannot take over, as a sentence; empty when nothing is in the way."""
    if successor.pk == person.pk:
        return "不能移交给本人。"
    if not successor.is_active:
        return f"“{successor}”的账号已停用，不能接手。"
    if (successor.role, successor.area) != (person.role, person.area):
        return f"“{successor}”的角色或管辖范围与“{person}”不同，办不了这些事项。请选同一岗位的人。"
    return ""


@transaction.atomic
def hand_over(person, successor, *, by, reason: str) -> Handover:
    """Give everything unfinished to a colleague in the same post; ValidationError when that one cannot have it."""
    if words := refusal(person, successor):
        raise ValidationError(words)
    items = open_of(person)
    if not items:
        raise ValidationError(f"“{person}”没有需要移交的事项。")
    held = {kind: [i.key.partition(":")[2] for i in items if i.kind == kind] for kind in (DRAFT, JOB, NOTICE)}
    Draft.objects.filter(key__in=held[DRAFT]).update(user=successor)
    Job.objects.filter(pk__in=held[JOB]).update(owner=successor)
    Notice.objects.filter(pk__in=held[NOTICE]).update(user=successor)
    made = Handover.objects.create(
        person=person, successor=successor, by=by, reason=reason, items=[asdict(i) for i in items]
    )
    title = f"{person}的 {len(items)} 件事项移交给您"
    notices.notify(successor, title=title, url=made.get_absolute_url(), body=reason)
    return made
