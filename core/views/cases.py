"""The page of a case and its steps: no line of its own for any workflow."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views import View

from core import attachments, history, workdays
from core.ledger.guard import Refused
from core.policy import FREE, NEEDED
from core.views.base import GrantMixin
from core.workflow import Flow

UNTOLD = frozenset(
    {
        "submitted_by",
        "decided_by",
        "version",
        "entered_at",
        "frozen",
        "days_left",
        "submitted_at",
        "decided_at",
        "id",
    }
)


class StepForm(forms.Form):
    """What a step asks for: an opinion, and for a step that returns the case the fields to correct."""

    def __init__(self, *args, step, facts, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        if step.note != FREE:
            area = forms.Textarea(attrs={"rows": 2})
            needed = step.note == NEEDED
            self.fields["note"] = forms.CharField(label="意见", max_length=500, widget=area, required=needed)
        if step.returns:
            for name, label, _ in facts:
                text = forms.TextInput(attrs={"placeholder": "写明怎样改；不用改的留空"})
                self.fields[f"fix_{name}"] = forms.CharField(
                    label=label, max_length=200, required=False, widget=text
                )

    def returned(self) -> dict[str, str]:
        marked = {k.removeprefix("fix_"): v for k, v in self.cleaned_data.items() if k.startswith("fix_")}
        return {name: words for name, words in marked.items() if words}


class CasePage(GrantMixin, View):
    """Facts, comparison, files, steps and history of one case; a POST to `<verb>/` takes a step."""

    flow: Flow = None
    http_method_names = ("get", "post", "head", "options")

    def case(self, pk: int):
        related = [self.flow.subject, "entered_by", "submitted_by", "decided_by"]
        case = (
            self.flow.model.objects.visible_to(self.request.user)
            .select_related(*related)
            .filter(pk=pk)
            .first()
        )
        if case is None:
            raise Http404
        return case

    def get(self, request, pk: int, verb: str = ""):
        if verb:
            return redirect(self.flow.detail, pk)
        return self.page(self.case(pk))

    def post(self, request, pk: int, verb: str = ""):
        case = self.case(pk)
        if verb == "attach":
            return self.attach(case)
        if verb not in {step.verb for step in self.flow.workflow.steps}:
            raise Http404
        step = self.flow.workflow.step(verb)
        form = self.form(step, case, request.POST)
        if not form.is_valid():
            return self.page(case, form)
        note = form.cleaned_data.get("note", "")
        try:
            self.flow.take(case, verb, by=request.user, note=note, returned=form.returned())
        except ValidationError as error:
            form.add_error(None, error)
            return self.page(self.case(pk), form)
        messages.success(request, f"已{step.label}。")
        return redirect(self.flow.detail, pk)

    @transaction.atomic
    def attach(self, case):
        case = self.flow.model.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not self.flow.may_edit(case, self.request.user):
            messages.error(self.request, "现在不能添加附件：只有填报的一方在送审以前、补正时可以。")
        elif file := self.request.FILES.get("file"):
            try:
                attachments.attach(case, file, by=self.request.user)
            except Refused as refused:
                messages.error(self.request, str(refused))
        else:
            messages.error(self.request, "请先选择文件。")
        return redirect(self.flow.detail, case.pk)

    def form(self, step, case, data=None) -> StepForm:
        return StepForm(data, step=step, facts=self.flow.facts(case), auto_id=f"{step.verb}_%s")

    def page(self, case, failed: StepForm | None = None):
        """failed: the form of a step that was refused, shown again as it was filled in."""
        user, flow = self.request.user, self.flow
        steps, first = [], None
        for offer in flow.offers(case, user):
            mine = failed if failed and failed.step == offer.step else self.form(offer.step, case)
            if not offer.reasons and offer.step.asked:
                first = first or offer.step
            shown = offer.step in (first, failed and failed.step)
            steps.append({"step": offer.step, "reasons": offer.reasons, "form": mine, "shown": shown})
        state, words = workdays.due(case.due_on, timezone.localdate()) if case.due_on else ("", "")
        against, compared = flow.compared(case)
        context = {
            "title": f"{flow.workflow.title}：{getattr(case, flow.subject)}", "case": case, "flow": flow,
            "tone": flow.workflow.tones.get(case.state, "info"), "due_state": state, "due_words": words,
            "against": against, "compared": compared, "steps": steps, "failed": failed,
            "returned": [(label, case.returned[n]) for n, label, _ in flow.facts(case) if n in case.returned],
            "files": attachments.of(case), "timeline": history.timeline(case, skipped=UNTOLD),
            "may_attach": self.flow.may_edit(case, self.request.user), "edit_url": self.edit_url(case), "subject": getattr(case, flow.subject),
        }  # fmt: skip
        return render(self.request, "core/case.html", context, status=200 if failed is None else 409)

    def edit_url(self, case) -> str:
        return (
            reverse(f"{self.flow.detail}_edit", args=[case.pk])
            if self.flow.may_edit(case, self.request.user)
            else ""
        )


def case_urls(flow: Flow, grant: str, doing: str, name: str, edit) -> list:
    """The addresses of a workflow's cases: `<pk>/`, `<pk>/edit/` (edit: its view) and `<pk>/<verb>/`."""
    page = CasePage.as_view(flow=flow, grant=grant, doing=doing)
    return [
        path(f"{name}/<int:pk>/", page, name=flow.detail.partition(":")[2]),
        path(f"{name}/<int:pk>/edit/", edit, name=f"{flow.detail.partition(':')[2]}_edit"),
        path(f"{name}/<int:pk>/<slug:verb>/", page, name=f"{flow.detail.partition(':')[2]}_step"),
    ]
