"""Activities: the list, one of them, and entering one within a minute."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from core import history
from core.access import require
from core.forms.drafts import fill
from core.forms.views import FormPage
from core.lists.views import ListView
from core.registry import register as listed
from core.undo import offer
from orgs.actions import register as actions
from orgs.choices import Verb
from orgs.filters import ActivityFilter
from orgs.forms import ReasonForm
from orgs.forms_activities import NAMES, ActivityForm, CorrectActivityForm, QuickActivityForm, StillActiveForm
from orgs.models import Activity
from orgs.queries import activities, terms
from orgs.tables.activities import COLUMNS
from orgs.views.steps import OrganizationStep

MOST_OFFERED = 60  # more organisations than this are looked for instead of chosen from one field
SHOWN = 20


@listed
class ActivityList(ListView):
    model, columns, filterset_class = Activity, COLUMNS, ActivityFilter
    title, url_name, detail_url_name = "活动记录", "orgs:activities", "orgs:activity"
    grant, doing, export_grant = "orgs.view", "查看活动记录", "orgs.export"
    default_sort, template_name = "-date", "orgs/activities.html"
    more_filters = ("tier", "field", "major")

    def extra(self) -> dict:
        user = self.request.user
        return {"may_edit": user.may("orgs.edit"), "may_import": user.may("orgs.import")}


@require_GET
def detail(request, pk: int):
    require(request.user, "orgs.view", "查看活动记录")
    activity = activities.visible(request.user).filter(pk=pk).first()
    if activity is None:
        raise Http404
    context = {
        "title": activity.name, "activity": activity, "photos": activities.photos_of(activity),
        "field": terms.fields().get(activity.field, ""), "may_edit": request.user.may("orgs.edit"),
        "timeline": offer(history.timeline(activity, verbs=Verb.choices), request.user),
    }  # fmt: skip
    return render(request, "orgs/activity.html", context)


class Entry:
    """What the forms for an activity share: names to choose from, and the way to the next one."""

    grant, doing = "orgs.edit", "登记活动"
    template_name = "orgs/activity_form.html"
    title, submit, done = "登记活动", "登记活动", "活动已登记。"
    anew = frozenset({"name", "attendance"})  # of the activity

    def after(self, result) -> str:
        return result.get_absolute_url()

    def carry_out(self, form):
        activity = super().carry_out(form)
        again = format_html('<a href="{}">再记一条</a>', reverse("orgs:new_activity"))
        self.done = format_html("“{}”的活动已登记。{}", activity.organization.name, again)
        return activity

    def extra(self) -> dict:
        return {"names": activities.names(self.offered()), "names_id": NAMES}

    def words(self, text: str) -> str:
        return text if text is self.done else super().words(text)


class AddActivity(Entry, OrganizationStep):
    """Of one organisation. Entered once: dormancy, targets and the workbook read it."""

    form_class, action, title = ActivityForm, actions.record_activity, "登记活动：{record}"

    def offered(self) -> list:
        return [self.record]


class StillActive(AddActivity):
    """Clears a late or dormant organisation: one more activity, with its evidence."""

    form_class, title, submit = StillActiveForm, "确认仍在活动：{record}", "确认仍在活动"


class NewActivity(Entry, FormPage):
    """Of any organisation of the area: chosen in the form where there are few, looked for first where there are many."""

    form_class, action = QuickActivityForm, actions.record_activity
    found: list | None = None

    def offered(self) -> list:
        if self.found is None:
            self.found = activities.last_active(self.request.user, MOST_OFFERED + 1)
        return self.found

    def form(self):
        return fill(self.form_class, self.request, user=self.request.user, offered=self.offered())

    def get(self, request):
        asked = request.GET.get("q", "").strip()
        if not asked and 0 < len(self.offered()) <= MOST_OFFERED:
            return super().get(request)
        found = activities.last_active(request.user, SHOWN + 1, asked) if asked else self.offered()
        context = {
            "title": self.title, "asked": asked, "found": found[:SHOWN], "more": len(found) > SHOWN,
        }  # fmt: skip
        return render(request, "orgs/activity_choose.html", context)


class CorrectActivity(FormPage):
    """A slip of the thumb, or the photo that was forgotten."""

    model, related = Activity, ("organization",)
    grant, doing = "orgs.edit", "修改活动"
    form_class, action, template_name = CorrectActivityForm, actions.correct_activity, Entry.template_name
    title, submit, done = "修改活动：{record}", "保存", "已保存。"

    def after(self, result) -> str:
        return result.get_absolute_url()


class DeleteActivity(FormPage):
    """A record that should not be there; it can be brought back."""

    model, related = Activity, ("organization",)
    grant, doing = "orgs.edit", "删除活动"
    form_class, action = ReasonForm, actions.delete_activity
    title, submit = "删除活动：{record}", "删除这条活动记录"
    done = "活动已删除。需要时可在“最近操作”里撤销。"

    def after(self, result) -> str:
        return f"{self.record.organization.get_absolute_url()}?tab=activities"
