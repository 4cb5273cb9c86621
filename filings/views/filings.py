"""Filings: where they begin, their list, their form, and the pages of their steps."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import require
from core.casework.views import CasePage, CorrectCase, EnterCase, case_urls
from core.jobs.bulk import BulkAction, step_action
from core.lists.views import ListView
from core.registry import register as listed
from filings import policy
from filings.actions import filing as actions
from filings.choices import Kind
from filings.filters import FilingFilter, TeamFilter
from filings.forms import FilingForm
from filings.forms_reviews import ReviewForm
from filings.models import Filing
from filings.queries import filings
from filings.tables.filings import DUE_REVIEWS, FILINGS
from filings.views.start import choose
from orgs.choices import Verb
from orgs.models import Organization
from orgs.queries import activities


@require_GET
def start(request):
    """What can be filed, and for which organisation."""
    require(request.user, "filings.enter", "办理备案")
    return choose(
        request, offered=kinds_for, template="filings/start.html", title="办理备案", back="filings:list"
    )


def kinds_for(organization: Organization) -> list[tuple[str, str]]:
    """(what can be filed for this organisation now, its address)."""
    return [
        (kind.label, reverse("filings:begin", args=[kind, organization.pk]))
        for kind in policy.SUITS
        if policy.suits(kind, organization)
    ]


class NewFiling(EnterCase):
    """A team that is not in the register yet."""

    flow, form_class, grant, doing = actions.FLOW, FilingForm, "filings.enter", "办理备案"
    kind, title, submit = Kind.NEW, "{kind}", "提交备案"
    template_name = "filings/form.html"

    def begin(self) -> Filing:
        if self.kind == Kind.REVIEW:
            return actions.begin_review(self.record, timezone.localdate().year)
        return actions.begin(self.kind, self.record)

    def step(self, case) -> str:
        return actions.sending(case)

    def doubts(self, form) -> list[str]:
        """What the deciders would be warned of is told to the author first."""
        return [] if self.kept else actions.warnings(form.instance, self.request.user)

    def known(self) -> dict:
        return super().known() | {"kind": Kind(self.kind).label}


class FilingOf(NewFiling):
    """Change, cancellation, review, promotion of an organisation that the register holds."""

    model, related, title = Organization, ("street", "community"), "{kind}：{record}"

    def dispatch(self, request, *args, **kwargs):
        self.kind = kwargs.pop("kind")
        if self.kind not in policy.SUITS:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request, *args, **kwargs):
        if open_one := filings.open_one(self.record):
            messages.info(request, "这个组织有一件没办完的备案，请先办完或撤回。")
            return redirect(open_one)
        return super().get(request, *args, **kwargs)

    def applies(self, record) -> bool:
        return policy.suits(self.kind, record)

    def extra(self) -> dict:
        """A review shows where its first sentence comes from."""
        year = timezone.localdate().year
        held = activities.in_year(self.record, year) if self.kind == Kind.REVIEW else None
        return {"year": year, "held": held}


class CorrectFiling(CorrectCase):
    """A draft that is sent for the first time is doubted like a new filing."""

    def doubts(self, form) -> list[str]:
        first = not self.kept and self.record.submitted_at is None
        return actions.warnings(form.instance, self.request.user) if first else []


class FilingCase(CasePage):
    """A filing, with its certificate and the printable form."""

    template_name = "filings/case.html"

    def extra(self, case) -> dict:
        return {"certificate": getattr(case, "certificate", None)}


@listed
class FilingList(ListView):
    model, columns, filterset_class = Filing, FILINGS, FilingFilter
    title, url_name, detail_url_name = "备案", "filings:list", "filings:filing"
    grant, doing, export_grant = "filings.view", "查看备案", "filings.export"
    tab_field, default_sort, template_name = "state", "due", "filings/list.html"
    more_filters = ("since", "until", "late")
    bulk_actions = (
        step_action(actions.FLOW, "review", "filings.review"), step_action(actions.FLOW, "approve", "filings.decide"),
        step_action(actions.FLOW, "approve_review", "filings.decide"), step_action(actions.FLOW, "approve_correct", "filings.decide"),
    )  # fmt: skip


def send_reviews(pks, cleaned, *, by, reason) -> None:
    year = timezone.localdate().year
    for organization in (
        Organization.objects.visible_to(by).filter(pk__in=pks).select_related("street", "community")
    ):
        actions.start_review(organization, year, by=by, reason=reason)


def not_reviewable(rows, user, cleaned) -> dict[int, str]:
    """Who cannot be reviewed from the register alone, and why."""
    year = timezone.localdate().year
    found, open_now = {}, filings.open_ones(rows.values_list("pk", flat=True))
    held = activities.held_in(rows, year)
    for organization in rows.select_related("street", "community"):
        filing = actions.begin(Kind.REVIEW, organization, year=year)
        if reasons := [words for check in policy.CONDITIONS if (words := check(filing, user))]:
            found[organization.pk] = "".join(reasons)
        elif organization.pk in open_now:
            found[organization.pk] = "有一件没办完的备案"
        elif organization.pk not in held:
            found[organization.pk] = f"{year}年没有活动记录，请先登记活动或单独办理"
    return found


@listed
class DueReviewList(ListView):
    """Filed teams without a review of this year; many are sent at once."""

    model, columns, filterset_class = Organization, DUE_REVIEWS, TeamFilter
    title, url_name, detail_url_name = "待年度复核的团队", "filings:reviews", "orgs:detail"
    grant, doing, export_grant, default_sort = "filings.view", "查看年度复核", "filings.export", "name"
    template_name = "filings/list.html"
    bulk_actions = (
        BulkAction(
            key="review", label="发起年度复核", grant="filings.enter", verb=Verb.REVIEW, form=ReviewForm,
            effect=lambda cleaned: "按名册现有内容发起年度复核，送居委初审", excluded=not_reviewable, apply=send_reviews,
        ),
    )  # fmt: skip

    @staticmethod
    def only(rows):
        return filings.due_for_review(rows, timezone.localdate().year)


CASES = case_urls(
    actions.FLOW, "cases", view="filings.view", doing="查看备案", form=FilingForm, enter="filings.enter", page=FilingCase, correct=CorrectFiling,
    template_name="filings/form.html",
)  # fmt: skip
