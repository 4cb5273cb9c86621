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
from core.views.forms import refuse
from core.workflow import IN_TURN, Flow

UNTOLD = frozenset(
    {
        "submitted_by",
        "decided_by",
        "version",
        "entered_at",
        "frozen",
        "before",
        "days_left",
        "submitted_at",
        "decided_at",
        "id",
    }
)


class StepForm(forms.Form):
    """What a step asks for: its fields, an opinion, and for a step that returns the case what to correct."""

    def __init__(self, *args, step, case, facts, **kwargs):
        super().__init__(*args, **kwargs)
        self.step = step
        for name, field in forms.fields_for_model(type(case), step.asks, formfield_callback=asked).items():
            field.initial = getattr(case, name)
            self.fields[name] = field
        if step.note != FREE:
            area, needed = forms.Textarea(attrs={"rows": 2}), step.note == NEEDED
            self.fields["note"] = forms.CharField(
                label="意见", max_length=500, widget=area, required=needed, initial=step.phrase
            )
        if step.returns:
            for fact in facts:
                text = forms.TextInput(attrs={"placeholder": "写明怎样改；不用改的留空"})
                self.fields[f"fix_{fact.field}"] = forms.CharField(
                    label=fact.label, max_length=200, required=False, widget=text
                )

    def begin_here(self) -> None:
        """The keyboard starts at the first field."""
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def returned(self) -> dict[str, str]:
        marked = {k.removeprefix("fix_"): v for k, v in self.cleaned_data.items() if k.startswith("fix_")}
        return {name: words for name, words in marked.items() if words}

    def asked(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.step.asks}


def asked(field, **kwargs) -> forms.Field | None:
    """A field of the record as a step asks for it: needed, unless it is a box to tick."""
    made = field.formfield(**kwargs)
    made.required = not isinstance(made, forms.BooleanField)
    if isinstance(made, forms.DateField):
        made.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return made


class CasePage(GrantMixin, View):
    """Facts, comparison, files, steps and history of one case; a POST to `<verb>/` takes a step.

    Opened from 我的待办 (`IN_TURN`), a step leads to the next case that waits for the same person.
    """

    flow: Flow = None
    template_name = "core/case.html"
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
            self.flow.take(case, verb, by=request.user, note=note, returned=form.returned(), **form.asked())
        except ValidationError as error:
            refuse(form, error)
            return self.page(self.case(pk), form)
        return self.onward(case, step)

    def onward(self, case, step):
        """To the case as it is now, or to the next one in turn."""
        if not self.in_turn:
            messages.success(self.request, f"已{step.label}。")
            return redirect(self.flow.detail, case.pk)
        following, left = self.flow.next_for(self.request.user, case)
        if following is None:
            messages.success(self.request, f"“{case}”已{step.label}。{self.flow.workflow.title}都办完了。")
            return redirect("home")
        messages.success(self.request, f"“{case}”已{step.label}。还有 {left} 件。")
        return redirect(f"{reverse(self.flow.detail, args=[following])}?{IN_TURN}#steps-title")

    @property
    def in_turn(self) -> bool:
        return self.request.GET.get("next") == "1"

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
        return StepForm(data, step=step, case=case, facts=self.flow.facts(case), auto_id=f"{step.verb}_%s")

    def page(self, case, failed: StepForm | None = None):
        """failed: the form of a step that was refused, shown again as it was filled in."""
        flow, open_to_change = self.flow, self.flow.may_edit(case, self.request.user)
        state, words = workdays.due(case.due_on, timezone.localdate()) if case.due_on else ("", "")
        against, compared = flow.compared(case)
        following = flow.next_for(self.request.user, case)[0] if self.in_turn else None
        context = {
            "title": f"{flow.heading(case)}：{case}", "case": case, "flow": flow, "subject": getattr(case, flow.subject),
            "tone": flow.workflow.tones.get(case.state, "info"), "due_state": state, "due_words": words,
            "against": against, "compared": compared, "changed": sum(row["differs"] for row in compared), "warnings": flow.warnings(case), "opinions": flow.opinions(case),
            "steps": self.steps(case, failed), "failed": failed, "turn": f"?{IN_TURN}" if self.in_turn else "",
            "following": f"{reverse(flow.detail, args=[following])}?{IN_TURN}#steps-title" if following else "",
            "returned": [(f.label, case.returned[f.field]) for f in flow.facts(case) if f.field in case.returned],
            "files": attachments.of(case), "timeline": history.timeline(case, skipped=UNTOLD),
            "may_attach": open_to_change,
            "edit_url": reverse(f"{flow.detail}_edit", args=[case.pk]) if open_to_change else "", **self.extra(case),
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=200 if failed is None else 409)

    def steps(self, case, failed: StepForm | None) -> list[dict]:
        """Every step out of here; the first that this person is asked for, or the refused one, is open."""
        found, first = [], None
        for offer in self.flow.offers(case, self.request.user):
            mine = failed if failed and failed.step == offer.step else self.form(offer.step, case)
            if not first and not offer.reasons and offer.step.asked:
                first = offer.step
                if self.in_turn and failed is None:
                    mine.begin_here()
            shown = offer.step in (first, failed and failed.step)
            found.append({"step": offer.step, "reasons": offer.reasons, "form": mine, "shown": shown})
        return found

    def extra(self, case) -> dict:
        """More context of one workflow's page."""
        return {}


def case_urls(flow: Flow, grant: str, doing: str, name: str, edit, page: type[CasePage] = CasePage) -> list:
    """The addresses of a workflow's cases: `<pk>/`, `<pk>/edit/` (edit: its view) and `<pk>/<verb>/`."""
    page = page.as_view(flow=flow, grant=grant, doing=doing)
    return [
        path(f"{name}/<int:pk>/", page, name=flow.detail.partition(":")[2]),
        path(f"{name}/<int:pk>/edit/", edit, name=f"{flow.detail.partition(':')[2]}_edit"),
        path(f"{name}/<int:pk>/<slug:verb>/", page, name=f"{flow.detail.partition(':')[2]}_step"),
    ]
