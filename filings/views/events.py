"""Major events: the search of the organisation, their form, their list, the pages of their steps."""

from django.urls import reverse
from django.views.decorators.http import require_GET

from core.drafts import fill
from core.registry import register as listed
from core.views.base import require
from core.views.cases import CasePage, case_urls
from core.views.forms import FormPage
from core.views.lists import ListView
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


class EventPage(FormPage):
    """What the forms of events share."""

    grant, doing, template_name = "filings.event", "报告重大活动", "filings/event_form.html"

    def form(self):
        return fill(EventForm, self.request, event=self.event())

    def after(self, result) -> str:
        return result.get_absolute_url()


class NewEvent(EventPage):
    model, related, also = Organization, ("street", "community"), "存为草稿"
    title, submit, done = "报告重大活动：{record}", "提交报告", "已保存，下一步见“办理”。"

    def event(self) -> MajorEvent:
        return actions.begin(self.record)

    def carry_out(self, form):
        return actions.report(form.instance, by=self.request.user, send="keep" not in self.request.POST)

    def applies(self, record) -> bool:
        return policy.may_report(record)

    def extra(self) -> dict:
        return {"organization": self.record}


class EditEvent(EventPage):
    model, guarded = MajorEvent, True
    related = ("organization__street", "organization__community", "entered_by")
    title, done, action = "修改：{record}", "已保存，改好后请提交。", actions.FLOW.correct

    def event(self) -> MajorEvent:
        return self.record

    def applies(self, record) -> bool:
        return actions.FLOW.may_edit(record, self.request.user)

    def extra(self) -> dict:
        return {"organization": self.record.organization}


class EventCase(CasePage):
    template_name = "filings/event.html"


@listed
class EventList(ListView):
    model, columns, filterset_class = MajorEvent, EVENTS, EventFilter
    title, url_name, detail_url_name = "重大活动", "filings:events", "filings:event"
    grant, doing, export_grant = "filings.view", "查看重大活动报告", "filings.export"
    tab_field, default_sort, template_name = "state", "-starts", "filings/events.html"


CASES = case_urls(
    actions.FLOW, "filings.view", "查看重大活动报告", "events", EditEvent.as_view(), page=EventCase
)
