"""Steps of one organisation, and the requests that go from a committee to its street."""

from core.casework.views import EnterCase, case_urls
from core.forms.views import FormPage
from core.lists.views import ListView
from core.registry import register as listed
from orgs import policy
from orgs.actions import register as actions
from orgs.actions import status
from orgs.choices import Tier
from orgs.filters import StatusChangeFilter
from orgs.forms import PromotionForm, StatusChangeForm, StatusForm
from orgs.models import Organization, StatusChange
from orgs.tables.requests import STATUS_CHANGES


class OrganizationStep(FormPage):
    """What all steps of an organisation share."""

    model = Organization
    related = ("street__district", "community")
    template_name = "orgs/step.html"


class ChangeStatus(OrganizationStep):
    """The level that decides changes the status at once; the level below asks for it (AskStatusChange)."""

    grant, doing, guarded = "orgs.decide_status", "直接变更状态，请提出“状态变更申请”", True
    form_class, action = StatusForm, actions.change_status
    title, submit, done = "变更状态：{record}", "变更状态", "“{record}”的状态已变更。"
    anew = frozenset({"status"})


class Promote(OrganizationStep):
    """小组→团队→注册 on the same record."""

    grant, doing, guarded = "orgs.edit", "办理升级", True
    form_class, action = PromotionForm, actions.promote
    title, done = "升级为{target}：{record}", "已升级为“{target}”，原有记录和历史保留。"
    submit = "升级为{target}"

    def applies(self, record) -> bool:
        return record.tier in policy.PROMOTIONS

    def known(self) -> dict:
        return super().known() | {"target": Tier(policy.PROMOTIONS[self.record.tier][0]).label}


class AskStatusChange(EnterCase):
    flow, form_class, model, related = status.FLOW, StatusChangeForm, Organization, OrganizationStep.related
    grant, doing, template_name = "orgs.ask_status", "申请变更状态", "orgs/step.html"
    title, submit, also = "申请变更状态：{record}", "提交申请", ""
    anew = frozenset({"status"})

    def applies(self, record) -> bool:
        return record.tier != Tier.REGISTERED

    def begin(self):
        return StatusChange(organization=self.record, status_before=self.record.status)


@listed
class StatusChangeList(ListView):
    model, columns, filterset_class = StatusChange, STATUS_CHANGES, StatusChangeFilter
    title, url_name, detail_url_name = "状态变更申请", "orgs:status_changes", "orgs:status_change"
    grant, doing, export_grant = "orgs.view", "查看状态变更申请", "orgs.export"
    tab_field, default_sort = "state", "due"


CASES = case_urls(
    status.FLOW, "status-changes", view="orgs.view", doing="查看状态变更申请", form=StatusChangeForm, enter="orgs.ask_status",
)  # fmt: skip
