"""The register: list, detail, create, edit, change of status, promotion."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from core.registry import register as listed
from core.tables import mask_phone
from core.undo import offer
from core.views.base import require
from core.views.lists import ListView
from orgs import policy
from orgs.actions import duplicates as merging
from orgs.actions import register as actions
from orgs.choices import Tier
from orgs.filters import OrganizationFilter
from orgs.forms import (
    LEADER_LABEL,
    SECTIONS,
    ActivityForm,
    OrganizationForm,
    PromotionForm,
    ReasonForm,
    StatusForm,
)
from orgs.models import Organization
from orgs.queries import duplicates, register, terms
from orgs.tables.register import COLUMNS, DORMANCY_STATES, STATUS_STATES


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
    tab_field = "tier"
    template_name = "orgs/list.html"
    more_filters = ("field", "grade", "dormancy", "certificate", "inactive", "counted", "placed", "living")


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
        "timeline": offer(history, request.user) if tab == "history" else history,
        "promotion": Tier(promotion[0]).label if promotion else "",
        "may_edit": request.user.may("orgs.edit"),
        "tab": tab,
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
                    else getattr(organization, name),
                )
            )
        sections.append((title, rows))
    return sections


def create(request):
    require(request.user, "orgs.edit", "新增组织")
    tier = request.POST.get("tier") or request.GET.get("tier") or Tier.GROUP
    if tier not in Tier.values:
        raise Http404
    form = OrganizationForm(request.POST or None, user=request.user, tier=tier)
    alike = None
    if request.method == "POST" and form.is_valid():
        alike = duplicates.likely(request.user, form.instance)
        if not alike.rows or request.POST.get("not_duplicate"):
            organization = merging.create(form.instance, unlike=[o for o, _ in alike.rows], by=request.user)
            beyond = f"辖区外有 {alike.outside} 个同名组织。" if alike.outside else ""
            messages.success(request, f"已新增“{organization.name}”。{beyond}")
            return redirect("orgs:detail", organization.pk)
    context = {
        "form": form,
        "alike": alike,
        "heading": f"新增{Tier(tier).label}",
        "tiers": Tier.choices,
        "tier": tier,
        "back": reverse("orgs:list"),
    }
    return render(request, "orgs/form.html", context)


def edit(request, pk: int):
    """Save, or show who changed what meanwhile: nothing is overwritten in silence."""
    require(request.user, "orgs.edit", "修改组织")
    organization = found(request, pk)
    form = OrganizationForm(
        request.POST or None, instance=organization, user=request.user, tier=organization.tier
    )
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit(
                form.instance,
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except actions.Conflict as error:
            conflict = error
            form.take_version(error.current_version)
        else:
            messages.success(request, "已保存。")
            return redirect("orgs:detail", pk)
    context = {
        "form": form,
        "heading": f"修改：{organization.name}" if not form.is_bound else "修改",
        "organization": organization,
        "conflict": conflict,
        "back": reverse("orgs:detail", args=[pk]),
    }
    return render(request, "orgs/form.html", context, status=409 if conflict else 200)


def change_status(request, pk: int):
    require(request.user, "orgs.edit", "变更状态")
    organization = found(request, pk)
    form = StatusForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        actions.change_status(organization, **form.cleaned_data, by=request.user)
        messages.success(request, f"状态已变更为“{organization.get_status_display()}”。")
        return redirect("orgs:detail", pk)
    context = {
        "form": form,
        "heading": f"变更状态：{organization.name}",
        "organization": organization,
        "submit": "变更状态",
    }
    return render(request, "orgs/step.html", context | {"back": reverse("orgs:detail", args=[pk])})


def promote(request, pk: int):
    """小组→团队→注册 on the same record."""
    require(request.user, "orgs.edit", "办理升级")
    organization = found(request, pk)
    if organization.tier not in policy.PROMOTIONS:
        raise Http404
    form = PromotionForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        try:
            actions.promote(organization, **form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"已升级为“{organization.get_tier_display()}”，原有记录和历史保留。")
            return redirect("orgs:detail", pk)
    target = Tier(policy.PROMOTIONS[organization.tier][0]).label
    context = {
        "form": form,
        "heading": f"升级为{target}：{organization.name}",
        "organization": organization,
        "submit": f"升级为{target}",
    }
    return render(request, "orgs/step.html", context | {"back": reverse("orgs:detail", args=[pk])})


def add_activity(request, pk: int):
    """Entered once: dormancy, targets and the workbook read it."""
    require(request.user, "orgs.edit", "登记活动")
    organization = found(request, pk)
    form = ActivityForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        actions.record_activity(organization, **form.cleaned_data, by=request.user)
        messages.success(request, "活动已登记。")
        return redirect(reverse("orgs:detail", args=[pk]) + "?tab=activities")
    context = {
        "form": form,
        "heading": f"登记活动：{organization.name}",
        "organization": organization,
        "submit": "登记活动",
    }
    return render(request, "orgs/step.html", context | {"back": reverse("orgs:detail", args=[pk])})


def delete_activity(request, pk: int, activity: int):
    """Asks for the reason first; the record can be brought back under 最近操作."""
    require(request.user, "orgs.edit", "删除活动")
    organization = found(request, pk)
    record = register.activity(request.user, organization, activity)
    if record is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.delete_activity(record, **form.cleaned_data, by=request.user)
        messages.success(request, "活动已删除。需要时可在“变更记录”或“最近操作”里撤销。")
        return redirect(reverse("orgs:detail", args=[pk]) + "?tab=activities")
    context = {
        "form": form,
        "heading": f"删除活动：{record.held_on} {record.name}",
        "organization": organization,
        "submit": "删除这条活动记录",
    }
    return render(request, "orgs/step.html", context | {"back": reverse("orgs:detail", args=[pk])})
