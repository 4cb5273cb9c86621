"""Spot checks of the district: drawing lots, the list, and the page of each."""

from django.urls import reverse

from core.casework.views import CasePage, case_urls
from core.forms.views import FormPage
from core.lists.views import ListView
from core.registry import register as listed
from core.words import trimmed
from filings.actions import checks as actions
from filings.filters_groups import CheckFilter
from filings.forms_groups import DrawForm
from filings.models import SpotCheck
from filings.tables.groups import CHECKS


class DrawLots(FormPage):
    """The seed is said before the draw; who has it can draw the same."""

    grant, doing, form_class, action = "filings.check", "抽取备案", DrawForm, actions.draw
    title, submit = "抽取备案", "抽取"

    def carry_out(self, form):
        made = super().carry_out(form)
        self.done = f"已从 {made.candidates} 件中抽取 {made.checks.count()} 件（比例 {trimmed(made.share)}%，种子 {made.seed}），请逐件核查。"
        return made

    def after(self, result) -> str:
        return f"{reverse('filings:checks')}?draw={result.pk}"


class CheckCase(CasePage):
    template_name = "filings/check.html"


@listed
class CheckList(ListView):
    model, columns, filterset_class = SpotCheck, CHECKS, CheckFilter
    title, url_name, detail_url_name = "备案抽查", "filings:checks", "filings:check"
    grant, doing, export_grant = "filings.checks", "查看备案抽查", "filings.export"
    tab_field, default_sort, template_name = "state", "due", "filings/checks.html"


CASES = case_urls(actions.FLOW, "checks", view="filings.checks", doing="查看备案抽查", page=CheckCase)
