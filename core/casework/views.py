"""The page of a case and its steps: no line of its own for any workflow."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views import View

from core import history
from core.access import GrantMixin
from core.casework import taking_back
from core.casework.forms import EXPLAINED
from core.casework.steps import FREE, NEEDED
from core.casework.unsent import late_words
from core.casework.workflow import IN_TURN, Flow
from core.facts import FILES, Fact, label_of
from core.files import attachments
from core.files.guard import Refused
from core.forms import drafts
from core.forms.drafts import fill
from core.forms.views import FormPage, refuse
from core.numbers import whole
from core.settings import workdays

UNSEEN = "这一件还没有在您的屏幕上打开过，没有办理。请看过下面的内容再办理。"
UNTOLD = frozenset(
    {
        "hands",
        "submitted_by",
        "decided_by",
        "version",
        "entered_at",
        "frozen",
        "before",
        "said",
        "side",
        "in_time",
        "days_left",
        "submitted_at",
        "decided_at",
        "id",
    }
)


class StepForm(forms.Form):
    """What a step asks for: its fields, an opinion, and for a step that returns the case what to correct."""

    def __init__(self, *args, step, case, returnable=(), **kwargs):
        """returnable: [(field, label, words that stand there now)] that a step may mark."""
        super().__init__(*args, **kwargs)
        self.step = step
        names = (*step.asks, *step.may_ask)
        for name, field in forms.fields_for_model(type(case), names, formfield_callback=asked).items():
            field.required = name in step.asks and not isinstance(field, forms.BooleanField)
            if name not in getattr(case, "personal", ()):
                field.initial = getattr(case, name)
            self.fields[name] = field
        correcting = step.freezes and case.returned
        if step.note != FREE or correcting:
            area, needed = forms.Textarea(attrs={"rows": 2}), step.note == NEEDED
            self.fields["note"] = forms.CharField(
                label="补正说明" if correcting else "意见",
                max_length=500,
                widget=area,
                required=needed,
                initial=step.phrase,
            )
        if step.returns:
            for name, label, words in returnable:
                text = forms.TextInput(attrs={"placeholder": "写明怎样改；不用改的留空"})
                self.fields[f"fix_{name}"] = forms.CharField(
                    label=label, max_length=200, required=False, widget=text, help_text=f"现为：{words}"
                )

    def begin_here(self) -> None:
        """The keyboard starts at the first field."""
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["data-start"] = True

    def returned(self) -> dict[str, str]:
        marked = {k.removeprefix("fix_"): v for k, v in self.cleaned_data.items() if k.startswith("fix_")}
        return {name: words for name, words in marked.items() if words}

    def filled(self) -> dict:
        return {name: self.cleaned_data[name] for name in (*self.step.asks, *self.step.may_ask)}


def asked(field, **kwargs) -> forms.Field | None:
    """A field of the record as a step asks for it."""
    made = field.formfield(**kwargs)
    if isinstance(made, forms.TypedChoiceField):
        made.choices = [("", "请选择"), *(choice for choice in made.choices if choice[0])]
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
        related = [self.flow.subject, *self.flow.related, "entered_by", "submitted_by", "decided_by"]
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
        case, draft = self.case(pk), getattr(request, "draft", None)
        if verb and draft and (step := self.step(verb)) in self.flow.workflow.leaving(case.state, case):
            return self.page(case, unsent=self.form(step, case, drafts.as_posted(draft)))
        return redirect(self.flow.detail, pk) if verb else self.page(case)

    def post(self, request, pk: int, verb: str = ""):
        case = self.case(pk)
        if verb in ("attach", "detach"):
            return self.files(case, verb)
        step = self.step(verb)
        form = self.form(step, case, request.POST)
        following, left = self.flow.next_for(request.user, case) if self.in_turn else (None, 0)
        try:
            if (seen := self.seen()) is None:
                raise ValidationError(UNSEEN)
            if not form.is_valid():
                return self.page(case, form)
            self.carry_out(case, step, form, seen)
        except ValidationError as error:
            refuse(form, error)
            return self.page(self.case(pk), form)
        if not self.in_turn or step is taking_back.STEP:
            messages.success(request, f"已{step.label}。")
            return redirect(self.flow.detail, pk)
        rest = f"还有 {left} 件。" if following else f"{self.flow.workflow.title}都办完了。"
        done = '“<a href="{}">{}</a>”已{}。{}'  # who sees only now that it was a mistake finds the way back
        messages.success(request, format_html(done, self.flow.url(case), case, step.label, rest))
        return redirect(self.in_turn_url(following) if following else "home")

    def seen(self) -> int | None:
        """The version of the case that this very form showed to this very person; None when it was never shown to them."""
        key = drafts.read(self.request)
        mine = key and key.user == self.request.user.pk and key.path == self.request.path
        return key.seen if mine else None

    def carry_out(self, case, step, form, seen: int) -> None:
        by, note = self.request.user, form.cleaned_data.get("note", "")
        if step is taking_back.STEP:
            taking_back.take_back(self.flow, case, by=by, note=note, seen=seen)
        else:
            self.flow.take(
                case, step.verb, by=by, note=note, returned=form.returned(), seen=seen, **form.filled()
            )

    def step(self, verb: str):
        found = (s for s in (*self.flow.workflow.steps, taking_back.STEP) if s.verb == verb)
        if (step := next(found, None)) is None:
            raise Http404
        return step

    def files(self, case, verb: str):
        """A file comes, goes, or comes back; which one stands in `file`."""
        sent, by = self.request.POST, self.request.user
        file = self.request.FILES.get("file")
        try:
            if verb == "detach":
                self.flow.detach(case, whole(sent.get("file")) or 0, by=by, back="back" in sent)
            elif not file:
                raise ValidationError("请先选择文件。")
            else:
                self.flow.attach(case, file, by=by)
        except ValidationError as error:
            messages.error(self.request, "".join(error.messages))
        except Refused as refused:
            messages.error(self.request, str(refused))
        return redirect(self.flow.detail, case.pk)

    def in_turn_url(self, pk: int) -> str:
        """Without a fragment: the browser would leave the keyboard at the top of the page."""
        return f"{reverse(self.flow.detail, args=[pk])}?{IN_TURN}"

    @property
    def in_turn(self) -> bool:
        return self.request.GET.get("next") == "1"

    def form(self, step, case, data=None) -> StepForm:
        flow, rows = self.flow, []
        if step.returns:
            known = {fact.field: fact.words for fact in (Fact(*row) for row in case.frozen)}
            names = [*(flow.editable or flow.fields)(case), FILES]
            rows = [(name, label_of(case, name), known.get(name) or "—") for name in names]
        moved = (
            {f"fix_{now.field}": f"名册现为“{now.words}”，请核对" for _, now in flow.moved(case)}
            if rows
            else {}
        )
        return StepForm(data, step=step, case=case, returnable=rows, initial=moved, auto_id=f"{step.verb}_%s")

    def page(self, case, failed: StepForm | None = None, unsent: StepForm | None = None):
        """failed: the form of a step that was refused; unsent: one that was found again after the sign-in."""
        flow, user = self.flow, self.request.user
        open_to_change = flow.may_edit(case, user)
        state, words = workdays.due(case.due_on, timezone.localdate()) if case.due_on else ("", "")
        against, compared = flow.compared(case)
        following = flow.next_for(user, case)[0] if self.in_turn else None
        steps, files = self.steps(case, failed or unsent), list(attachments.all_of(case))
        context = {
            "title": f"{flow.heading(case)}：{case}", "case": case, "flow": flow, "subject": getattr(case, flow.subject),
            "tone": flow.workflow.tones.get(case.state, "info"), "due_state": state, "due_words": words,
            "sent": case.frozen and not flow.with_author(case),
            "against": against, "compared": compared, "changed": sum(row["differs"] for row in compared),
            "warnings": flow.warnings(case, user) if any(flow.leads(case, s["step"]) and not s["reasons"] for s in steps) else [],
            "steps": steps, "failed": failed, "to_do": any(s["shown"] for s in steps), "turn": f"?{IN_TURN}" if self.in_turn else "",
            "following": self.in_turn_url(following) if following else "",
            "returned": [(label_of(case, name), words) for name, words in case.returned.items()],
            "files": [f for f in files if not f.removed_at], "removed": [f for f in files if f.removed_at],
            "late_words": late_words(flow, case, reverse(flow.detail, args=[case.pk]), user),
            "timeline": history.timeline(case, skipped=UNTOLD),
            "path": reverse(flow.detail, args=[case.pk]), "may_attach": open_to_change and FILES in flow.open_fields(case),
            "edit_url": reverse(f"{flow.detail}_edit", args=[case.pk]) if open_to_change and flow.fields(case) else "",
            "focus_edit": self.in_turn and any(s["shown"] and s["step"].freezes for s in steps), **self.extra(case),
        }  # fmt: skip
        return render(self.request, self.template_name, context, status=200 if failed is None else 409)

    def steps(self, case, begun: StepForm | None) -> list[dict]:
        """Every step out of here; the first that this person is asked for, or the one that was begun, is open."""
        found, first = [], None
        for offer in self.flow.offers(case, self.request.user):
            mine = begun if begun and begun.step == offer.step else None
            if mine is None and not offer.reasons:
                mine = self.form(offer.step, case)
            focus = False
            if not first and not offer.reasons and offer.step.asked:
                first, focus = offer.step, self.in_turn and begun is None and not offer.step.freezes
                if focus:
                    mine.begin_here()
            shown = offer.step in (first, begun and begun.step)
            found.append({
                "step": offer.step, "reasons": offer.reasons, "form": mine, "shown": shown,
                "focus": focus and not mine.fields,
            })  # fmt: skip
        return [*found, *self.way_back(case, begun)]

    def way_back(self, case, begun: StepForm | None) -> list[dict]:
        """The decision that led here, while it can be taken back; or why it cannot."""
        step, chance = taking_back.STEP, taking_back.chance(self.flow, case, self.request.user)
        if chance is None:
            return []
        mine = begun if begun and begun.step is step else None
        if mine is None and not chance.reasons:
            mine = self.form(step, case)
            mine.fields["note"].label = "撤回的原因"
            last = f"{timezone.localtime(chance.until):%H:%M}"
            mine.fields[
                "note"
            ].help_text = f"{last} 以前可以撤回“{chance.step.label}”：名册恢复原样，给出的编号不再使用。"
        return [
            {
                "step": step,
                "reasons": chance.reasons,
                "form": mine,
                "shown": mine is begun is not None,
                "focus": False,
            }
        ]

    def extra(self, case) -> dict:
        """More context of one workflow's page."""
        return {}


class SendCase(FormPage):
    """What the forms of a case share: one button sends it, the other keeps it with gaps; the answer says what is still to do."""

    flow: Flow = None
    also = "存为草稿"

    @property
    def kept(self) -> bool:
        return "keep" in self.request.POST

    def after(self, result) -> str:
        """With the next step in view where it is this person's own: on a telephone it lies far below."""
        if self.kept:
            self.done = "已保存，还没有提交。"
            return self.flow.url(result)
        user = self.request.user
        mine = [o.step for o in self.flow.offers(result, user) if o.step.asked and not o.reasons]
        if mine:
            self.done = f"已提交。还需要您办理：{mine[0].label}。"
            return f"{self.flow.url(result)}#step-{mine[0].verb}"
        if type(self).done == FormPage.done:
            self.done = f"已提交，现在是“{result.get_state_display()}”。"
        return self.flow.url(result)


class EnterCase(SendCase):
    """The form of a new case. `begin()`: the unsaved case, filled in; send: the step that sends it."""

    send = "submit"
    submit = "提交"

    def begin(self):
        """The case about the record that the address names, or about none yet."""
        return self.flow.model(**({self.flow.subject: self.record} if self.record else {}))

    def form(self):
        return fill(self.form_class, self.request, user=self.request.user, case=self.begin())

    def carry_out(self, form):
        step = "" if self.kept else self.step(form.instance)
        return self.flow.enter(form.instance, by=self.request.user, send=step)

    def step(self, case) -> str:
        return self.send


class CorrectCase(SendCase):
    """The same form while the case is with its author: corrected and sent in one act; returned, only what was marked is open."""

    title, also, guarded = "修改：{record}", "先保存，不提交", True

    def applies(self, record) -> bool:
        return self.flow.may_edit(record, self.request.user)

    def known(self) -> dict:
        """The button says which step it takes, where the contents do not decide on it."""
        steps = [s for s in self.flow.workflow.leaving(self.record.state) if s.freezes]
        self.submit = steps[0].label if len(steps) == 1 else "提交"
        if self.record.returned:
            self.title = "补正：{record}"
        return super().known()

    def form(self):
        return fill(self.form_class, self.request, user=self.request.user, case=self.record)

    def carry_out(self, form):
        by, fields = self.request.user, dict(form.cleaned_data)
        note, file = fields.pop(EXPLAINED, ""), fields.pop(FILES, None)
        case = self.flow.correct(self.record, by=by, **fields)
        if file:
            self.flow.attach(case, file, by=by)
        if self.kept:
            return case
        return self.flow.take(case, self.flow.sending(case).verb, by=by, note=note)


def case_urls(
    flow: Flow,
    name: str,
    *,
    view: str,
    doing: str,
    form=None,
    enter: str = "",
    page: type[CasePage] = CasePage,
    correct: type[CorrectCase] = CorrectCase,
    template_name: str = CorrectCase.template_name,
) -> list:
    """The addresses of a workflow's cases: `<pk>/`, `<pk>/edit/` (with a form, for the grant `enter`) and `<pk>/<verb>/`.

    view: the grant that opens the page; doing: what it does, in the words of a refusal.
    """  # fmt: skip
    shown = page.as_view(flow=flow, grant=view, doing=doing)
    own = flow.detail.partition(":")[2]
    edit = []
    if form:
        related = (flow.subject, *flow.related, "entered_by")
        known = {"model": flow.model, "related": related, "form_class": form, "template_name": template_name}
        corrected = correct.as_view(flow=flow, grant=enter, doing=doing.replace("查看", "修改"), **known)
        edit = [path(f"{name}/<int:pk>/edit/", corrected, name=f"{own}_edit")]
    return [
        path(f"{name}/<int:pk>/", shown, name=own), *edit,
        path(f"{name}/<int:pk>/<slug:verb>/", shown, name=f"{own}_step"),
    ]  # fmt: skip
