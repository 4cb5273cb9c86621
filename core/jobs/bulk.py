"""One action on many rows of a list: chosen, shown with its effect, decided on, done once in the background.

The job keeps the rows as they were chosen. What the preview promised is what is done; a row that changed or left the
list meanwhile is left alone, and the result file says why.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils import timezone
from rustpy_xlsxwriter import FastExcel, Format

from core import jobs, scratch
from core.choices import JobState
from core.history import told
from core.jobs import exports
from core.models import Job

KIND = "bulk"
MOST = 100_000
STEPS_AT_ONCE = 500
CHUNK = 2_000
LISTED = 50
GONE = "已不符合选取时的条件，或已不在管辖范围"
CHANGED = "选取以后有人修改过"
NOT_SHOWN = "预览时不在变更之列"


class BulkForm(forms.Form):
    """What a bulk action asks for; the reason goes into the history of every row."""

    field_order: Sequence[str] | None = None
    reason = forms.CharField(
        label="原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每条记录的变更记录",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.order_fields([name for name in self.fields if name != "reason"])


@dataclass(frozen=True)
class BulkAction:
    """What a list offers for many rows at once.

    form: a BulkForm; effect(cleaned) → words such as “类别改为文体活动类”; excluded(rows, user, cleaned) → {pk: reason};
    apply(pks, cleaned, by=, reason=) writes some of the rows, under the context of `verb`; it may answer with {pk: reason} of
    those that could not be written; most: rows at once; each: every row is an act of its own, which can go back alone;
    stamp: the field that changes whenever somebody saves a row; name: the field that a person knows a row by.
    """

    key: str
    label: str
    grant: str
    verb: models.TextChoices
    form: type[BulkForm]
    effect: Callable[[dict], str]
    excluded: Callable[[models.QuerySet, object, dict], dict[int, str]]
    apply: Callable[..., object]
    most: int = MOST
    stamp: str = "version"
    name: str = "name"
    each: bool = False


def among(rows: models.QuerySet, ids: Sequence[int]) -> models.QuerySet:
    """The rows with these keys, also a hundred thousand: one array instead of as many parameters."""
    return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(ids)]))


def choose(view, key: str, ids: Sequence[int] | None, *, by) -> Job:
    """Fix the rows of an opened list (all of them without ids) for an action. Keys that are not in the list count for nothing."""
    action = next((a for a in view.offered() if a.key == key), None)
    if action is None:
        raise ValidationError("请选择要做的批量操作。")
    rows = view.queryset if ids is None else among(view.queryset, ids)
    most = min(action.most, MOST)
    found = list(rows.order_by("pk").values_list("pk", action.stamp)[: most + 1])
    if not found:
        raise ValidationError("请先勾选要处理的行，或勾选“全选符合条件的”。")
    if len(found) > most:
        raise ValidationError(f"一次最多处理 {most:,} 条，请加条件分几次处理。")
    return Job.objects.create(
        kind=KIND,
        title=f"{view.title}：{action.label}",
        owner=by,
        state=JobState.WAITING,
        total=len(found),
        params={
            "list": view.url_name, "query": view.state, "action": key,
            "ids": [pk for pk, _ in found], "stamps": [stamp for _, stamp in found],
        },
    )  # fmt: skip


def opened(job: Job):
    """(the list as its owner sees it now, the action); refused when the owner may no longer do it."""
    view = exports.opened(job)
    action = next((a for a in view.offered() if a.key == job.params["action"]), None)
    if action is None:
        raise jobs.Refused("您的角色现在不能做这项批量操作，没有修改任何记录。")
    return view, action


def form_of(job: Job, action: BulkAction, data: QueryDict | None = None) -> BulkForm:
    """The action's form with what was sent, or with what the job keeps."""
    if data is None and "data" in job.params:
        data = QueryDict(mutable=True)
        for name, values in job.params["data"].items():
            data.setlist(name, values)
    return action.form(data, user=job.owner)


def plan(view, action: BulkAction, job: Job, cleaned: dict) -> tuple[list[int], dict[int, str]]:
    """(rows that would change now, reason of each other row that was chosen)."""
    ids = job.params["ids"]
    chosen = dict(zip(ids, job.params["stamps"], strict=True))
    rows = among(view.queryset, ids)
    now = dict(rows.values_list("pk", action.stamp))
    reasons = {pk: GONE for pk in ids if pk not in now}
    reasons |= {pk: CHANGED for pk, stamp in now.items() if chosen[pk] != stamp}
    reasons = action.excluded(rows, job.owner, cleaned) | reasons
    return [pk for pk in ids if pk not in reasons], reasons


def preview(job: Job, form: BulkForm) -> None:
    """Work out what a valid form would do and keep it with the job, for the person to decide on."""
    view, action = opened(job)
    change, reasons = plan(view, action, job, form.cleaned_data)
    listed = [*reasons, *change[:LISTED]]
    known = dict(among(view.rows(), listed).values_list("pk", action.name))
    groups: dict[str, dict] = {}
    for pk, why in reasons.items():
        group = groups.setdefault(why, {"reason": why, "count": 0, "rows": []})
        group["count"] += 1
        if len(group["rows"]) < LISTED:
            group["rows"].append({"id": pk, "name": known.get(pk, "—")})
    job.params |= {"data": {name: form.data.getlist(name) for name in form.fields}, "change": change}
    job.result = {
        "effect": action.effect(form.cleaned_data), "reason": form.cleaned_data["reason"], "change": len(change),
        "named": [known.get(pk, "—") for pk in change[:LISTED]],
        "excluded": sorted(groups.values(), key=lambda group: (-group["count"], group["reason"])), "at": timezone.now().isoformat(),
    }  # fmt: skip
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(params=job.params, result=job.result)


def carry_out(job: Job, progress: jobs.Progress) -> None:
    """What the worker does: rows, result file and the job's end in one transaction. After a kill either all is there or nothing."""
    view, action = opened(job)
    form = form_of(job, action)
    if not form.is_valid():
        raise jobs.Refused("所填内容现在已不可用，没有修改任何记录。请重新选取后再办理。")
    promised = job.params["change"]
    with transaction.atomic(), scratch.folder("bulk") as folder:
        progress.step("核对", len(promised))
        locked = among(view.model._base_manager.order_by("pk"), promised).select_for_update()
        len(locked.values_list("pk"))
        able, reasons = plan(view, action, job, form.cleaned_data)
        change = sorted(set(able).intersection(promised))
        reasons |= {pk: NOT_SHOWN for pk in set(able).difference(promised)}
        progress.step("修改", len(change))
        reason = form.cleaned_data["reason"]
        whole = nullcontext() if action.each else told(action.verb, job.owner, reason, job=job.pk)
        with whole as context:
            for start in range(0, len(change), CHUNK):
                progress.go_on()
                left = action.apply(
                    change[start : start + CHUNK], form.cleaned_data, by=job.owner, reason=reason
                )
                reasons |= left or {}
                progress.at(min(start + CHUNK, len(change)))
        change = [pk for pk in change if pk not in reasons]
        path = folder / "result.xlsx"
        write_result(path, job, results(view, action, job, reasons))
        exports.finish(
            job, path, f"{action.label}_结果_{timezone.localdate():%Y%m%d}.xlsx", len(job.params["ids"]),
            {"changed": len(change), "left": len(reasons), "context": str(context.id) if change and context else ""},
            f"修改 {len(change):,} 条，未改 {len(reasons):,} 条。",
        )  # fmt: skip


def results(view, action: BulkAction, job: Job, reasons: dict[int, str]) -> Iterator[dict]:
    """One line per chosen row. A row that is outside the owner's area by now is not named."""
    names = dict(among(view.rows(), job.params["ids"]).values_list("pk", action.name))
    for number, pk in enumerate(job.params["ids"], 1):
        yield {
            "序号": number,
            "名称": names.get(pk, "—"),
            "系统编号": str(pk),
            "结果": "未修改" if pk in reasons else "已修改",
            "原因": reasons.get(pk, job.result["effect"]),
        }


def write_result(path: Path, job: Job, rows: Iterator[dict]) -> None:
    header = Format().set_bold().set_background_color("#DCE6F1").set_border("thin")
    book = FastExcel(str(path)).freeze(row=1, col=2)
    book.sheet(
        "结果", rows, header_format=header, column_widths=[6.0, 36.0, 10.0, 10.0, 60.0], autofilter=True
    )
    facts = [
        ("操作", job.title),
        ("变更", job.result["effect"]),
        ("原因", job.result["reason"]),
        ("办理人", str(job.owner)),
        ("范围", job.owner.area.label),
        ("办理时间", f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"),
    ]
    book.sheet("说明", ({"项目": k, "内容": v} for k, v in facts), column_widths=[16.0, 80.0])
    book.save()


def cancel_forgotten() -> int:
    """Previews that nobody decided on for a week."""
    waiting = Job.objects.filter(
        kind=KIND, state=JobState.WAITING, created_at__lt=timezone.now() - exports.KEPT_FOR
    )
    message = "一周没有确认，已自动取消，没有修改任何记录。"
    return waiting.update(state=JobState.CANCELLED, finished_at=timezone.now(), message=message)


def step_action(flow, verb: str, grant: str) -> BulkAction:
    """One step of a workflow for many cases at once: each is judged, taken and remembered as if it were taken alone."""
    step = flow.workflow.step(verb)

    class OpinionForm(BulkForm):
        reason = forms.CharField(
            label="意见", max_length=500, initial=step.phrase, widget=forms.Textarea(attrs={"rows": 3}),
            help_text="写入每一件的办理记录",
        )  # fmt: skip

    def excluded(rows, user, cleaned) -> dict[int, str]:
        cases = rows.select_related(flow.subject, *flow.related)
        cases = cases if step.as_sent else cases.defer("frozen", "before")
        reasons = {
            case.pk: "".join(flow.reasons(case, step, user)) for case in cases if flow.leads(case, step)
        }
        other = {
            case.pk: f"{flow.heading(case)}，现在是“{case.get_state_display()}”"
            for case in cases
            if case.pk not in reasons
        }
        return other | {pk: words for pk, words in reasons.items() if words}

    def apply(pks, cleaned, *, by, reason) -> dict[int, str]:
        left = {}
        for case in flow.model.objects.visible_to(by).filter(pk__in=pks).order_by("pk"):
            try:
                flow.take(case, verb, by=by, note=reason)
            except ValidationError as error:
                left[case.pk] = "".join(error.messages)
        return left

    return BulkAction(
        key=verb, label=f"批量{step.label}", grant=grant, verb=step, form=OpinionForm,
        effect=lambda cleaned: step.label, excluded=excluded, apply=apply, most=STEPS_AT_ONCE,
        each=True,
    )  # fmt: skip
