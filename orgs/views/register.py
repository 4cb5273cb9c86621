"""The register: list, detail, create, edit, change of status, promotion."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from core.access import require
from core.dates import of_record
from core.forms import drafts, merge
from core.forms.drafts import fill
from core.lists.views import ListView
from core.registry import register as listed
from core.registry import tabs, ways
from core.undo import offer
from core.words import mask_phone
from orgs import policy
from orgs.actions import duplicates as merging
from orgs.actions import register as actions
from orgs.choices import Dormancy, Tier
from orgs.filters import OrganizationFilter
from orgs.forms import LEADER_LABEL, SECTIONS, OrganizationForm
from orgs.models import Organization
from orgs.queries import dormancy, duplicates, register, terms
from orgs.tables.register import COLUMNS, DORMANCY_STATES, STATUS_STATES
from orgs.views.bulk import BULK_ACTIONS


@listed
class OrganizationList(ListView):
    model = Organization
    columns = COLUMNS
    filterset_class = OrganizationFilter
    title = "组织名册"
    url_name = "orgs:list"
    detail_url_name = "orgs:detail"
    grant = "orgs.view"
    doing = "查看组织名册"
    export_grant = "orgs.export"
    bulk_actions = BULK_ACTIONS
    tab_field = "tier"
    template_name = "orgs/list.html"
    more_filters = ("field", "grade", "dormancy", "certificate", "inactive", "counted", "placed", "living")

    def extra(self) -> dict:
        silent = self.request.GET.get("dormancy") in (Dormancy.LATE, Dormancy.DORMANT)
        return {"alarms": dormancy.false_alarms(self.request.user, timezone.localdate()) if silent else None}


def found(request, pk: int) -> Organization:
    """The organisation if this person may know of it, else 404."""
    rows = Organization.objects.visible_to(request.user).select_related("street__district", "community")
    organization = rows.filter(pk=pk).first()
    if organization is None:
        raise Http404
    return organization


def detail(request, pk: int):
    require(request.user, "orgs.view", "查看组织名册")
    try:
        organization = found(request, pk)
    except Http404:
        kept = duplicates.survivor(request.user, pk)
        if kept is None:
            raise
        messages.info(request, f"这条记录已并入“{kept.name}”，原有的变更记录也在这里。")
        return redirect("orgs:detail", kept.pk)
    promotion = policy.PROMOTIONS.get(organization.tier)
    history, tab = register.timeline(organization), request.GET.get("tab", "overview")
    context = {
        "organization": organization,
        "status_state": STATUS_STATES.get(organization.status, "off"),
        "dormancy_state": DORMANCY_STATES.get(organization.dormancy, "off"),
        "category": terms.categories().get(organization.category, ""),
        "sections": facts(organization),
        "activities": register.activities_of(organization),
        "promotion": Tier(promotion[0]).label
        if promotion and not policy.promotion_refusal(organization.tier, organization.status, request.user)
        else "",
        "may_edit": request.user.may("orgs.edit"),
        "may_decide": request.user.may("orgs.decide_status")
        and not policy.status_refusal(organization.tier, request.user),
        "may_ask": request.user.may("orgs.ask_status") and organization.tier != Tier.REGISTERED,
        "timeline": offer(history, request.user) if tab == "history" else history,
        "may_reveal": bool(organization.contact_phone) and request.user.may("orgs.reveal"),
        "tab": tab,
        "more": [(one, found, one.key == tab) for one, found in tabs(organization, request.user)],
    }
    return render(request, "orgs/detail.html", context)


def facts(organization: Organization) -> list[tuple[str, list[tuple[str, object]]]]:
    """(section, [(label, value in words)]) in the order of the paper form, with phones masked."""
    words = {
        "category": terms.categories().get(organization.category, ""),
        "service_fields": "、".join(terms.fields().get(code, code) for code in organization.service_fields),
        "contact_phone": mask_phone(organization.contact_phone),
        "leader_name": organization.leader_name,
    }
    sections = []
    for title, names in SECTIONS[Tier(organization.tier)]:
        rows = []
        for name in names:
            label = (
                LEADER_LABEL[Tier(organization.tier)]
                if name == "leader_name"
                else Organization._meta.get_field(name).verbose_name
            )
            display = getattr(organization, f"get_{name}_display", None)
            rows.append(
                (
                    label,
                    words.get(name)
                    if name in words
                    else display()
                    if display
                    else of_record(organization, name),
                )
            )
        sections.append((title, rows))
    return sections


def create(request):
    require(request.user, "orgs.edit", "新增组织")
    draft = getattr(request, "draft", None)
    begun = drafts.as_posted(draft).get("tier") if draft else ""
    tier = request.POST.get("tier") or request.GET.get("tier") or begun or Tier.GROUP
    if tier not in Tier.values:
        raise Http404
    if refusal := policy.entry_refusal(tier, request.user):
        messages.warning(request, refusal)
        return redirect("orgs:list")
    form, alike = fill(OrganizationForm, request, user=request.user, tier=tier), None
    if request.method == "POST" and form.is_valid():
        alike = duplicates.likely(request.user, form.instance)
        if not alike.rows or request.POST.get("not_duplicate"):
            organization = merging.create(form.instance, unlike=[o for o, _ in alike.rows], by=request.user)
            messages.success(request, f"已新增“{organization.name}”。")
            return redirect("orgs:detail", organization.pk)
    context = {
        "form": form,
        "alike": alike,
        "title": f"新增{Tier(tier).label}",
        "submit": "保存",
        "tiers": [choice for choice in Tier.choices if not policy.entry_refusal(choice[0], request.user)],
        "tier": tier,
        "back": reverse("orgs:list"),
    }
    return render(request, "orgs/form.html", context)


def edit(request, pk: int):
    """Save beside what others saved meanwhile; what both changed is shown and chosen, nothing is overwritten in silence."""
    require(request.user, "orgs.edit", "修改组织")
    organization = found(request, pk)
    data, unchosen = merge.chosen(request.POST, organization, OrganizationForm._meta.fields)
    known = {"user": request.user, "tier": organization.tier, "instance": organization}
    form = (
        OrganizationForm(data, **known)
        if request.method == "POST"
        else fill(OrganizationForm, request, **known)
    )
    conflict = None
    if request.method == "POST" and form.is_valid() and not unchosen:
        try:
            joined = actions.edit(
                form.instance, version=form.cleaned_data["version"], names=form.own_fields(),
                reason=form.cleaned_data["reason"], by=request.user,
            )  # fmt: skip
        except merge.Conflict as error:
            conflict = error
            form.take_version(error.version)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            kept = f"同时保留了他人刚才修改的：{'、'.join(joined)}。" if joined else ""
            messages.success(request, f"已保存。{kept}")
            return redirect("orgs:detail", pk)
    for name in unchosen:
        form.add_error(name, "请选择保留谁的内容。")
    context = {
        "form": form, "title": "修改" if form.is_bound else f"修改：{organization.name}", "submit": "保存",
        "organization": organization, "conflict": conflict, "back": organization.get_absolute_url(),
        "ways": ways(organization, request.user) if form.filed else [],
    }  # fmt: skip
    return render(request, "orgs/form.html", context, status=409 if conflict else 200)
