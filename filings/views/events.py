"""Major events: the search of the organisation, their form, their list, the pages of their steps."""

from django.urls import reverse
from django.views.decorators.http import require_GET

from core.access import require
from core.casework.views import CasePage, EnterCase, case_urls
from core.lists.views import ListView
from core.registry import register as listed
from filings import policy
from filings.actions import event as actions
from filings.filters_events import EventFilter
from filings.forms_events import EventForm
from filings.models import MajorEvent
from filings.tables.events import EVENTS
from filings.views.start import choose
from orgs.models import Organization


@require_GET
def start(request):
    """For which organisation an event is reported."""
    require(request.user, "filings.event", "报告重大活动")
    return choose(
        request, offered=reportable, template="filings/event_start.html", title="报告重大活动", back="filings:events"
    )  # fmt: skip


def reportable(organization: Organization) -> list[tuple[str, str]]:
    """(what can be begun for this organisation now, its address)."""
    may = policy.may_report(organization)
    return [("报告重大活动", reverse("filings:event_new", args=[organization.pk]))] if may else []


class NewEvent(EnterCase):
    flow, form_class, model, related = actions.FLOW, EventForm, Organization, ("street", "community")
    grant, doing, template_name = "filings.event", "报告重大活动", "filings/event_form.html"
    title, submit = "报告重大活动：{record}", "提交报告"
    anew = frozenset({"name"})  # of the event

    def begin(self) -> MajorEvent:
        return actions.begin(self.record)

    def step(self, case) -> str:
        return policy.SUBMITS[policy.level(case)[0]]

    def applies(self, record) -> bool:
        return policy.may_report(record)


class EventCase(CasePage):
    template_name = "filings/event.html"


@listed
class EventList(ListView):
    model, columns, filterset_class = MajorEvent, EVENTS, EventFilter
    title, url_name, detail_url_name = "重大活动", "filings:events", "filings:event"
    grant, doing, export_grant = "filings.view", "查看重大活动报告", "filings.export"
    tab_field, default_sort, template_name = "state", "-starts", "filings/events.html"


CASES = case_urls(
    actions.FLOW, "events", view="filings.view", doing="查看重大活动报告", form=EventForm, enter="filings.event", page=EventCase,
    template_name="filings/event_form.html",
)  # fmt: skip
