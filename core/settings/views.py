"""The settings: dated numbers of every app; each new value is rehearsed before it is published."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from core import registry
from core.access import require
from core.models import Parameter
from core.settings import parameters, rehearsal
from core.settings.forms import ParameterForm

registry.settings_page("参数", "settings:parameters")
registry.settings_page("节假日", "settings:holidays")
NOT_TYPED = ("csrfmiddlewaretoken", "rehearsed")
VIEW, EDIT = "settings.view", "settings.edit"


def look(request) -> None:
    require(request.user, VIEW, "查看设置")


def change(request) -> None:
    require(request.user, EDIT, "更改设置")


def page(request, template: str, url_name: str, **context):
    """A page of the settings under its tab."""
    tabs = [
        {"label": entry.title, "url": reverse(entry.url_name), "current": entry.url_name == url_name}
        for entry in registry.SETTINGS
    ]
    may_edit = request.user.may(EDIT)
    today = timezone.localdate()
    return render(request, template, {"settings_tabs": tabs, "may_edit": may_edit, "today": today, **context})


def in_two_steps(request, form, *, subject: str, rehearse, publish, coming=()) -> dict | None:
    """Rehearse what was typed, publish it when the same comes back under its seal. None once published, else context.

    rehearse: cleaned values → Rehearsal or None; publish: cleaned values as keywords, may raise ValidationError;
    coming: rows published for later days, of which the page tells the next one after the new value.
    """
    if request.method != "POST" or not form.is_valid():
        return {"form": form}
    values, token = form.cleaned_data, request.POST.get("rehearsed", "")
    fault = rehearsal.fault(token, subject, values, request.user) if token else ""
    if token and not fault:
        try:
            publish(**values)
        except ValidationError as error:
            form.add_error(None, error)
            return {"form": form}
        return None
    later = [row.effective_from for row in coming if row.effective_from > values["effective_from"]]
    return {
        "form": form,
        "fault": fault,
        "until": min(later, default=None),
        "rehearsal": rehearse(values),
        "seal": rehearsal.seal(subject, values, request.user),
        "typed": [(k, v) for k, vs in request.POST.lists() if k not in NOT_TYPED for v in vs],
    }


def withdrawing(request, row, withdraw, back: str):
    """Take back a row that is not yet in force, and say so."""
    try:
        withdraw(row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, "已撤回，原来的规定继续使用。")
    return redirect(back)


def parameter_list(request):
    look(request)
    groups = parameters.groups(timezone.localdate())
    return page(request, "core/settings/parameters.html", "settings:parameters", title="设置", groups=groups)


def parameter(request, key: str):
    """One number: its value, everything published before and after, and the form of a new value."""
    look(request)
    found = parameters.find(key)
    if found is None:
        raise Http404
    group, declared = found
    if request.method == "POST":
        change(request)
    rehearse = import_string(group.rehearse) if group.rehearse else None
    [entry] = parameters.entries([declared], timezone.localdate())
    context = in_two_steps(
        request,
        ParameterForm(declared, request.POST or None),
        subject=declared.key,
        rehearse=lambda new: (
            rehearse(declared, new["value"], new["effective_from"], request.user) if rehearse else None
        ),
        publish=lambda **new: parameters.publish(declared, by=request.user, **new),
        coming=entry.coming,
    )
    if context is None:
        messages.success(request, f"“{declared.name}”的新值已发布，从生效日期起使用。")
        return redirect("settings:parameter", key)
    return page(
        request, "core/settings/parameter.html", "settings:parameters",
        title=declared.name, entry=entry, declared=declared, withdrawn=parameters.withdrawn(declared), **context,
    )  # fmt: skip


@require_POST
def withdraw_parameter(request, pk: int):
    change(request)
    row = get_object_or_404(Parameter, pk=pk)
    return withdrawing(request, row, parameters.withdraw, reverse("settings:parameter", args=[row.key]))
