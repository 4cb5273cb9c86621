"""The register's own tabs of the settings: the dictionaries and what counts toward the target."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import registry
from core.history import timeline
from core.settings.parameters import withdraw as withdraw_dated
from core.settings.views import change, in_two_steps, look, page, withdrawing
from orgs.actions import targets as actions
from orgs.actions import terms as term_actions
from orgs.choices import Status, TermKind, Tier
from orgs.forms_settings import StopForm, TargetPolicyForm, TermForm
from orgs.queries import rehearsal, targets, terms

registry.settings_page("字典", "org_settings:terms")
registry.settings_page("达标口径", "org_settings:target")


def worded(counted: dict) -> str:
    """What counts, in words: 注册社会组织（正常、整改中）；…"""
    return "；".join(
        f"{Tier(t).label}（{'、'.join(Status(s).label for s in statuses)}）"
        for t, statuses in counted.items()
        if statuses
    )


def target_page(request):
    """A new reading starts on a day; what was measured before stays as it was."""
    look(request)
    if request.method == "POST":
        change(request)
    today = timezone.localdate()
    context = in_two_steps(
        request,
        TargetPolicyForm(request.POST or None),
        subject="target",
        rehearse=lambda new: rehearsal.target(
            new["minimum"], new["counted"], new["effective_from"], request.user
        ),
        publish=lambda **new: actions.set_policy(by=request.user, **new),
        coming=targets.policies(),
    )
    if context is None:
        messages.success(request, "新的口径已发布，从生效日期起的快照按它计算。")
        return redirect("org_settings:target")
    standing = targets.policy_on(today)
    history = [
        {"rule": rule, "words": worded(rule.counted), "current": rule == standing, "coming": rule.effective_from > today}
        for rule in targets.policies()
    ]  # fmt: skip
    withdrawn = [{"rule": event, "words": worded(event.counted)} for event in targets.withdrawn_policies()]
    return page(
        request, "orgs/settings_target.html", "org_settings:target",
        title="达标口径", history=history, withdrawn=withdrawn, **context,
    )  # fmt: skip


@require_POST
def withdraw_target(request, pk: int):
    change(request)
    row = targets.policy_or_404(pk)
    return withdrawing(request, row, withdraw_dated, reverse("org_settings:target"))


def term_page(request):
    look(request)
    form = TermForm(request.POST or None)
    if request.method == "POST":
        change(request)
        if form.is_valid():
            term = term_actions.add(**form.cleaned_data, by=request.user)
            messages.success(request, f"“{term.label}”已发布，从 {term.valid_from} 起可以选用。")
            return redirect("org_settings:terms")
    today = timezone.localdate()
    dictionaries = [
        {
            "title": kind.label,
            "rows": [{"term": term, **standing(term, today)} for term in terms.entries(kind)],
            "withdrawn": terms.withdrawn(kind),
        }
        for kind in TermKind
    ]
    return page(
        request, "orgs/settings_terms.html", "org_settings:terms",
        title="字典", dictionaries=dictionaries, form=form,
    )  # fmt: skip


def standing(term, today) -> dict:
    """Where an entry stands on a day, in words with their state, and what may be done with it."""
    if term.valid_from > today:
        return {"state": "info", "words": f"将于 {term.valid_from} 启用", "coming": True}
    if term.valid_to is None:
        return {"state": "ok", "words": "在用", "open": True}
    if term.valid_to >= today:
        return {"state": "warn", "words": f"用到 {term.valid_to}", "stopping": True}
    return {"state": "off", "words": "已停用"}


def term_detail(request, pk: int):
    """One entry with its history, and the form of stopping it."""
    look(request)
    if request.method == "POST":
        change(request)
    term = terms.term_or_404(pk)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            term_actions.stop(term, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages[0])
        else:
            messages.success(request, f"“{term.label}”用到 {term.valid_to}，以后不能再选；已有的记录不变。")
            return redirect("org_settings:terms")
    where = standing(term, timezone.localdate())
    return page(
        request, "orgs/settings_term.html", "org_settings:terms",
        title=term.label, term=term, where=where, form=form, used=terms.used(term), timeline=timeline(term),
    )  # fmt: skip


@require_POST
def resume_term(request, pk: int):
    change(request)
    term = terms.term_or_404(pk)
    return withdrawing(request, term, term_actions.resume, reverse("org_settings:terms"))


@require_POST
def withdraw_term(request, pk: int):
    change(request)
    term = terms.term_or_404(pk)
    return withdrawing(request, term, term_actions.withdraw, reverse("org_settings:terms"))
