"""The committees' page of activity groups: confirmed once a year in one list, and how far each is from being filed."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core.access import require
from core.jobs.bulk import BulkAction, BulkForm
from core.lists.views import ListView
from core.registry import register as listed
from filings import policy
from filings.actions import groups as actions
from filings.choices import GroupVerb, Kind
from filings.filters_groups import GroupFilter
from filings.forms_groups import ConfirmForm
from filings.queries import groups
from filings.queries.filings import open_one
from filings.tables.groups import GROUPS
from orgs.models import Organization


def confirmed_already(rows, user, cleaned) -> dict[int, str]:
    return dict.fromkeys(rows.filter(confirmed=True).values_list("pk", flat=True), "本年度已经确认")


def nobody(rows, user, cleaned) -> dict[int, str]:
    return {}


@listed
class GroupList(ListView):
    model, columns, filterset_class = Organization, GROUPS, GroupFilter
    title, url_name, detail_url_name = "小组年度确认", "filings:groups", "filings:group"
    grant, doing, export_grant = "filings.groups", "查看活动小组", "filings.export"
    bulk_actions = (
        BulkAction(
            key="confirm", label="仍在活动，确认", grant="filings.enter", verb=GroupVerb.CONFIRM, form=ConfirmForm,
            effect=lambda cleaned: "记为本年度已确认", excluded=confirmed_already,
            apply=lambda pks, cleaned, *, by, reason: actions.confirm(pks, by=by, note=reason),
        ),
        BulkAction(
            key="stop", label="已不活动，申请停止", grant="orgs.ask_status", verb=GroupVerb.STOP, form=BulkForm,
            effect=lambda cleaned: "提出状态变更申请：停止活动", excluded=nobody, most=500,
            apply=lambda pks, cleaned, *, by, reason: actions.ask_to_stop(pks, by=by, reason=reason),
        ),
    )  # fmt: skip

    @staticmethod
    def only(rows):
        return groups.living(rows)


@require_GET
def group(request, pk: int):
    """One group: what is there and what is missing before it can be filed as a team."""
    require(request.user, "filings.groups", "查看活动小组")
    one = groups.one(request.user, pk)
    if one is None:
        raise Http404
    conditions = groups.readiness(one)
    missing = [(label, why) for label, why in conditions if why]
    context = {
        "title": f"转备案准备：{one.name}", "group": one, "conditions": conditions, "missing": missing,
        "met": len(conditions) - len(missing), "open_one": open_one(one), "kind": Kind.PROMOTE,
        "may_file": request.user.may("filings.enter") and policy.suits(Kind.PROMOTE, one),
    }  # fmt: skip
    return render(request, "filings/group.html", context)
