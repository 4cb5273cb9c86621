"""What the audit administrator sees: who read, who wrote, whether the trace is whole. No values of any record."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods
from pghistory.models import Context

from core import history
from core.access import require
from core.audit import names, verify, words
from core.audit import tables as lists
from core.choices import AuditKind
from core.lists.views import ListView
from core.models import AuditEvent

GRANT, DOING = "audit.view", "查看审计"


class EventList(ListView):
    model = AuditEvent
    columns = lists.EVENTS
    filterset_class = lists.EventFilter
    title = "审计记录"
    url_name = "audit:list"
    detail_url_name = "audit:detail"
    grant = GRANT
    doing = DOING
    default_sort = "-at"
    template_name = "core/audit_list.html"

    def opened(self):
        super().opened()
        self.table = lists.EventTable(self.table.columns, self.table.chosen)
        return self


class ChangeList(ListView):
    model = Context
    columns = lists.CHANGES
    filterset_class = lists.ChangeFilter
    title = "变更记录"
    url_name = "audit:changes"
    detail_url_name = "audit:change"
    grant = GRANT
    doing = DOING
    default_sort = "-at"
    template_name = "core/audit_list.html"

    def rows(self):
        return history.contexts()  # all of them: the grant was asked for before


def event(request, pk: int):
    require(request.user, GRANT, DOING)
    found = AuditEvent.objects.visible_to(request.user).select_related("user").filter(pk=pk).first()
    if found is None:
        raise Http404
    known = names.unnamed([found.detail])
    context = {
        "event": found,
        "facts": words.facts(found.detail, known),
        "page": names.page_words(found.path),
    }
    return render(request, "core/audit_event.html", context)


def change(request, pk: str):
    """Which records one action touched, and which of their fields. Without values: business data is not the auditor's."""
    require(request.user, GRANT, DOING)
    try:
        found = history.contexts().filter(pk=pk).first()
    except ValidationError as error:  # not an id at all
        raise Http404 from error
    if found is None:
        raise Http404
    return render(
        request, "core/audit_change.html", {"change": found, "tables": history.touched(found, names.names_of)}
    )


@require_http_methods(["GET", "POST"])
def verification(request):
    """The last outcome, and the button that verifies now. A million events take seconds, well within a request."""
    require(request.user, GRANT, DOING)
    if request.method == "POST":
        verify.verify_and_record(request)
        return redirect("audit:verify")
    events = AuditEvent.objects.visible_to(request.user).order_by("-id")
    context = {
        "last": events.filter(kind=AuditKind.VERIFY).first(),
        "seal": events.filter(kind=AuditKind.SEAL).first(),
    }
    return render(request, "core/audit_verify.html", context)
