"""Reconciliation with municipal systems: send an export, say once which column is which, decide value by value."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core import audit, scratch
from core.access import require
from core.choices import JOB_OPEN, AuditKind, JobState
from core.files import uploads
from core.forms.views import FormPage
from core.jobs.bulk import BulkAction
from core.lists.views import ListView
from core.numbers import whole
from core.registry import register as listed
from filings import tasks  # noqa: F401  tells core.jobs how a reconciliation is sent
from filings.actions.reconcile import decide, link, run
from filings.choices_reconcile import Decision, Kind, ReconcileVerb
from filings.filters_reconcile import DifferenceFilter, LineFilter, RunFilter
from filings.forms_reconcile import ColumnsForm, DecisionForm, ExportForm
from filings.models import Difference, Line, Reconciliation
from filings.queries import layouts
from filings.queries import reconciliation as queries
from filings.tables import reconciliation as tables
from orgs.models import Organization

SEE, DO = "filings.reconciliations", "filings.reconcile"
SEEING, DOING = "查看市系统核对", "办理市系统核对"


class Send(FormPage):
    form_class = ExportForm
    grant, doing = DO, DOING
    action = run.submit
    title, submit, done = "上传市系统导出表", "上传并核对", "已上传，正在核对。"

    def extra(self):
        return {"back": reverse("filings:reconciliations")}


@listed
class RunList(ListView):
    model = Reconciliation
    columns = tables.RUNS
    filterset_class = RunFilter
    title, url_name, detail_url_name = "市系统核对", "filings:reconciliations", "filings:reconciliation"
    grant, doing = SEE, SEEING
    default_sort = "-at"
    template_name = "filings/reconciliations.html"

    def extra(self):
        return {"may_reconcile": self.request.user.may(DO), "sources": queries.sources()}


class OfRun(ListView):
    """A list that can be cut to one run, and then shows its head and its four lists."""

    grant, doing = SEE, SEEING
    current = ""

    def extra(self):
        found = queries.run(self.request.user, whole(self.query.get("run")))
        return {
            "run": found,
            "run_tabs": run_tabs(found, self.current or self.query.get("kind")) if found else [],
        }


@listed
class LineList(OfRun):
    model = Line
    columns = tables.LINES
    filterset_class = LineFilter
    title, url_name, detail_url_name = "核对的团队", "filings:lines", "filings:line"
    template_name = "filings/lines.html"
    bulk_actions = (
        BulkAction(
            key="record", label="补录为群众活动团队", grant=DO, verb=ReconcileVerb.RECORD, form=DecisionForm,
            effect=lambda cleaned: "按市系统的内容补录为群众活动团队（已备案）",
            excluded=lambda rows, user, cleaned: link.record_refusals(rows.select_related("run__source"), user),
            apply=lambda pks, cleaned, *, by, reason: link.record(pks, by=by, reason=reason), stamp="kind",
        ),
    )  # fmt: skip

    def rows(self):
        return queries.handled(super().rows(), self.request.user)


@listed
class DifferenceList(OfRun):
    model = Difference
    columns = tables.DIFFERENCES
    filterset_class = DifferenceFilter
    title, url_name, detail_url_name = "不一致的栏目", "filings:differences", "filings:difference"
    template_name = "filings/differences.html"
    filed_words = layouts.FILED_WORDS
    current = Kind.DIFFER
    bulk_actions = (
        BulkAction(
            key="adopt", label="采用市系统值", grant=DO, verb=ReconcileVerb.ADOPT, form=DecisionForm,
            effect=lambda cleaned: f"采用市系统值，写入本系统。{layouts.FILED_WORDS}",
            excluded=lambda rows, user, cleaned: decide.Judge(decide.chosen(rows.values_list("pk", flat=True)), user).refusals(),
            apply=lambda pks, cleaned, *, by, reason: decide.adopt(pks, by=by, reason=reason),
            stamp="decision", name="line__name",
        ),
        BulkAction(
            key="keep", label="保留本系统值", grant=DO, verb=ReconcileVerb.KEEP, form=DecisionForm,
            effect=lambda cleaned: "保留本系统值，两边的值不变就不再提示",
            excluded=lambda rows, user, cleaned: decide.keep_refusals(list(rows)),
            apply=lambda pks, cleaned, *, by, reason: decide.keep(pks, by=by, reason=reason),
            stamp="decision", name="line__name",
        ),
    )  # fmt: skip

    def rows(self):
        act = Concat(
            Cast("pk", CharField()),
            Value("|"),
            "decision",
            Value("|"),
            "field",
            Value("|"),
            "fault",
            output_field=CharField(),
        )
        return super().rows().annotate(act=act)

    def opened(self):
        super().opened()
        self.table = tables.DecisionTable(self.table.columns, self.table.chosen)
        self.table.deciding = self.request.user.may(DO)
        return self

    def post(self, request):
        if decided(request):
            return redirect(request.get_full_path())
        return super().post(request)


def decided(request) -> bool:
    """Carry out the button of one value, if one was pressed; say what came of it."""
    for name, act, done in (
        ("adopt", decide.adopt_one, "已采用市系统值"),
        ("keep", decide.keep_one, "已保留本系统值"),
    ):
        pk = request.POST.get(name, "")
        if not pk:
            continue
        require(request.user, DO, DOING)
        rows = Difference.objects.visible_to(request.user).select_related("line__run__source")
        found = rows.filter(pk=whole(pk)).first()
        if found is None:
            raise Http404
        try:
            act(found, by=request.user)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
        else:
            changed = (
                "这是备案事项，变更记录已写明。" if name == "adopt" and layouts.is_filed(found.field) else ""
            )
            messages.success(request, f"{done}：{found.line.name}“{layouts.LABELS[found.field]}”。{changed}")
        return True
    return False


def run_tabs(found: Reconciliation, current: str | None) -> list[dict]:
    """The four lists of a run with their counts."""
    lines, differences = reverse("filings:lines"), reverse("filings:differences")
    counts = {
        Kind.DIFFER: found.differing,
        Kind.THEIRS: found.theirs,
        Kind.OURS: found.ours,
        Kind.SAME: found.same,
    }
    return [
        {
            "label": kind.label,
            "count": count,
            "current": kind == current,
            "url": f"{differences}?run={found.pk}"
            if kind == Kind.DIFFER
            else f"{lines}?run={found.pk}&kind={kind}",
        }
        for kind, count in counts.items()
    ]


def found_run(request, pk: int, grant: str = SEE) -> Reconciliation:
    require(request.user, grant, DOING if grant == DO else SEEING)
    found = queries.run(request.user, pk)
    if found is None:
        raise Http404
    return found


@require_GET
def detail(request, pk: int):
    found = found_run(request, pk)
    if request.htmx and request.GET.get("part") == "progress":
        response = render(request, "filings/_reconcile_progress.html", {"run": found})
        if not found.job.is_open:
            response["HX-Refresh"] = "true"
        return response
    done = found.job.state == JobState.DONE
    counts = queries.decisions(found) if done else {}
    context = {
        "title": found.file_name, "run": found, "done": done, "run_tabs": run_tabs(found, "") if done else [],
        "decisions": [(d.label, counts[d]) for d in Decision] if done else [],
        "fields": queries.fields_of(found) if done else [], "may": request.user.may(DO),
        "waiting": found.job.state == JobState.WAITING, "may_cancel": found.job.state in (*JOB_OPEN, JobState.WAITING),
        "may_retry": found.job.state == JobState.FAILED and found.job.file,
        "upload": uploads.of(found.job) if found.job.file or uploads.gone(found.job) else None,
    }  # fmt: skip
    return render(request, "filings/reconciliation.html", context)


def columns(request, pk: int):
    """Which column is which; for a run that waits for it, or of the last export."""
    require(request.user, DO, DOING)
    source = queries.source(pk)
    if source is None:
        raise Http404
    waiting = queries.run(request.user, whole(request.GET.get("run")))
    if waiting and (
        waiting.source_id != source.pk or waiting.job.state not in (JobState.WAITING, JobState.FAILED)
    ):
        waiting = None
    headers = (waiting.job.result.get("headers") if waiting else None) or source.headers
    form = ColumnsForm(
        request.POST if request.method == "POST" and headers else None, source=source, headers=headers
    )
    if form.is_bound and form.is_valid():
        run.set_columns(source=source, columns=form.columns(), headers=headers, run=waiting, by=request.user)
        messages.success(request, "已保存栏目对应，以后的导出表照此核对。")
        return redirect(waiting or "filings:reconciliations")
    context = {
        "title": f"栏目对应：{source.name}", "source": source, "form": form, "headers": headers, "waiting": waiting,
        "timeline": queries.changes_of(source), "back": reverse("filings:reconciliations"),
    }  # fmt: skip
    return render(request, "filings/columns.html", context)


def line(request, pk: int):
    require(request.user, SEE, SEEING)
    found = queries.line(request.user, pk)
    if found is None:
        raise Http404
    return line_page(request, found)


def difference(request, pk: int):
    require(request.user, SEE, SEEING)
    found = Difference.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return line_page(request, queries.line(request.user, found.line_id))


def line_page(request, found: Line):
    """One team: both values of each field that differs; of a row that only they have, which team it is."""
    if request.method == "POST":
        if not decided(request):
            assign(request, found)
        return redirect(found)
    user, wanted = request.user, request.GET.get("team", "").strip()
    team = queries.team_of(user, found)
    unknown = found.kind == Kind.THEIRS and team is None
    context = {
        "title": found.name, "line": found, "run": found.run, "team": team, "facts": queries.side_by_side(found),
        "differences": [
            (d, layouts.label(found.run.source.kind, d.field), layouts.is_filed(d.field), tables.DECISION_STATES[Decision(d.decision)])
            for d in found.differences.select_related("decided_by").order_by("pk")
        ],
        "may": user.may(DO), "unknown": unknown, "wanted": wanted, "kind_state": tables.KIND_STATES[Kind(found.kind)],
        "candidates": queries.candidates(user, found, wanted) if unknown and user.may(DO) else [],
        "refusal": link.record_refusals([found], user).get(found.pk, "") if unknown and user.may(DO) else "",
        "open": Decision.OPEN, "filed_words": layouts.FILED_WORDS,
    }  # fmt: skip
    return render(request, "filings/line.html", context)


def assign(request, found: Line) -> None:
    """Link the line with a team that was chosen, or record it as a new one."""
    require(request.user, DO, DOING)
    reason = decide.reason_of(found.run.source, timezone.localdate())
    chosen = whole(request.POST.get("link"))
    try:
        if chosen is not None:
            team = Organization.objects.visible_to(request.user).filter(pk=chosen).first()
            if team is None:
                raise Http404
            link.link(found, team, by=request.user, reason=reason)
            messages.success(request, f"已关联“{team.name}”，下次核对时逐项比较。")
        elif "record" in request.POST:
            if refused := link.record_refusals([found], request.user):
                raise ValidationError(refused[found.pk])
            link.record([found.pk], by=request.user, reason=reason)
            messages.success(request, f"已补录“{found.name}”。")
    except ValidationError as refused:
        messages.error(request, refused.messages[0])


@require_POST
def retry(request, pk: int):
    return after(request, found_run(request, pk, DO), run.retry)


@require_POST
def cancel(request, pk: int):
    return after(request, found_run(request, pk, DO), run.cancel)


def after(request, found: Reconciliation, act):
    try:
        act(run=found)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect(found)


@require_GET
def ours(request, pk: int):
    """What only we have, in the columns of their system."""
    found = found_run(request, pk, DO)
    teams = list(queries.only_ours(request.user, found))
    file = tempfile.NamedTemporaryFile(suffix=".xlsx", dir=scratch.place())  # noqa: SIM115  the response closes it
    rows = tables.write_theirs(Path(file.name), found.source, teams)
    name = f"{found.source.name}_仅本系统有_{timezone.localdate():%Y%m%d}.xlsx"
    audit.record(AuditKind.EXPORT, request, list=name, rows=rows, scope=request.user.area.label)
    return FileResponse(open(file.name, "rb"), as_attachment=True, filename=name)  # noqa: SIM115
