"""The form page: declared in five lines, the same everywhere."""

import hashlib

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.views import View

from core.access import GrantMixin
from core.forms import drafts
from core.forms.drafts import fill
from core.forms.views_drafts import gone

SURE = "sure"  # the hidden field of a page whose doubts were read


def seal(doubts) -> str:
    """A mark of just these sentences: others are shown before they are agreed to."""
    return hashlib.sha256("\n".join(doubts).encode()).hexdigest()[:16] if doubts else ""


def refuse(form, error: ValidationError) -> None:
    """Say why an action was refused: at the fields that it names, else above the form."""
    if hasattr(error, "error_dict"):
        for name, found in error.error_dict.items():
            form.add_error(name if name in form.fields else None, found)
    else:
        form.add_error(None, error)


class FormPage(GrantMixin, View):
    """One form about a record (or about none), and the one action that it carries out.

    form_class: takes `user=`, and `record=` when there is one; action(record?, **cleaned_data, by=): what is done;
    model: what `pk` in the address names, cut to the person's jurisdiction; title, submit, done: words, formatted
    with what `known()` gives; `applies(record)`: False where the page makes no sense (404);
    also: label of a second button, which sends `keep`; guarded: asks again when somebody saved the record after the page was drawn;
    anew: fields that ask for something else than what the record holds under the same name (`manage.py asked_twice`).
    """

    model = None
    related: tuple[str, ...] = ()
    form_class = None
    action = None
    title = ""
    submit = "保存"
    also = ""
    done = "已保存。"
    template_name = "core/form.html"
    guarded = False
    anew: frozenset[str] = frozenset()

    def dispatch(self, request, *args, pk: int | None = None, **kwargs):
        self.record = None
        if self.model is not None:
            rows = self.model.objects.visible_to(request.user).select_related(*self.related)
            self.record = rows.filter(pk=pk).first()
            if self.record is None or not self.applies(self.record):
                if draft := getattr(request, "draft", None):
                    return gone(request, draft, self.form_class.base_fields)
                raise Http404
        self.spoken = self.known()
        return super().dispatch(request, *args, **kwargs)

    def applies(self, record) -> bool:
        return True

    def form(self):
        known = {"user": self.request.user} | ({"record": self.record} if self.record else {})
        return fill(self.form_class, self.request, **known)

    def get(self, request, *args, **kwargs):
        return self.page(self.form())

    def post(self, request, *args, **kwargs):
        form = self.form()
        seen = request.POST.get("seen")
        if self.guarded and seen and seen != str(self.record.version):
            form.add_error(None, "您打开这一页以后，有人修改过这条记录。请核对上面的现状，确认无误后再提交。")
        if not form.is_valid():
            return self.page(form)
        doubts = self.doubts(form)
        if doubts and request.POST.get(SURE) != seal(doubts):
            return self.page(form, doubts)
        try:
            with transaction.atomic():  # whole or nothing, whatever it is made of
                result = self.carry_out(form)
        except ValidationError as error:
            refuse(form, error)
            return self.page(form)
        where = self.after(result)
        messages.success(request, self.words(self.done))
        return redirect(where)

    def doubts(self, form) -> list[str]:
        """Sentences that the person should read once before what is whole is carried out."""
        return []

    def carry_out(self, form):
        about = [self.record] if self.record else []
        return type(self).action(*about, **form.cleaned_data, by=self.request.user)

    def after(self, result) -> str:
        """Where the person finds what came of it."""
        return (self.record or result).get_absolute_url()

    def known(self) -> dict:
        """What the words of the page may name, as it is before the action."""
        return {"record": str(self.record or "")}

    def words(self, text: str) -> str:
        return text.format(**self.spoken)

    def page(self, form, doubts=()):
        if self.request.method == "POST":
            drafts.keep_photos(self.request, form)
        submit = self.words(self.submit)
        context = {
            "form": form, "title": self.words(self.title), "submit": f"已核对，{submit}" if doubts else submit,
            "doubts": doubts, "sure": seal(doubts), "also": self.also, "record": self.record,
            "seen": self.record.version if self.guarded else "",
            "back": self.record.get_absolute_url() if self.record else "", **self.extra(),
        }  # fmt: skip
        return render(self.request, self.template_name, context)

    def extra(self) -> dict:
        """More context of one page."""
        return {}
