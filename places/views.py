from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.access import require
from places import actions, queries
from places.forms import AdjustForm, AliasForm


def place_list(request):
    require(request.user, "places.view", "查看街镇居委")
    streets = queries.streets_with_communities(request.user)
    context = {
        "streets": streets,
        "total": sum(len(s.open_communities) for s in streets),
        "changes": queries.changes(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "places/list.html", context)


def communities(request):
    """The open communities of the visible streets, for dependent selects: [{id, name, street}]."""
    rows = [
        {"id": c.pk, "name": c.name, "street": s.pk}
        for s in queries.streets_with_communities(request.user)
        for c in s.open_communities
    ]
    return JsonResponse({"communities": rows})


def adjust(request):
    require(request.user, "places.edit", "调整居委")
    form = AdjustForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.adjust(
                kind=data["kind"],
                before=list(data["before"]),
                after=[row | {"street": data["street"]} for row in data["after"]],
                on=data["on"],
                legal_basis=data["legal_basis"],
                note=data["note"],
                by=request.user,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "居委调整已登记，历史保留。")
            return redirect("places:list")
    return render(request, "places/adjust.html", {"form": form})


ALIASES = "登记地名别名"


def alias_list(request):
    """Agreed names of the person's area; the form to add one, also from a fault of an import (`name`, `next`)."""
    require(request.user, "places.alias", ALIASES)
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = ""
    form = AliasForm(
        request.POST or None, initial={"name": request.GET.get("name", "")[:60]}, user=request.user
    )
    if request.method == "POST" and form.is_valid():
        street, community = form.cleaned_data["place"]
        try:
            alias = actions.add_alias(
                name=form.cleaned_data["name"], street=street, community=community, by=request.user
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, f"已登记别名：{alias}。{'请重新核对台账。' if back else ''}")
            return redirect(back or "places:aliases")
    context = {"form": form, "aliases": queries.aliases(request.user), "back": back}
    return render(request, "places/aliases.html", context)


@require_POST
def alias_remove(request, pk: int):
    require(request.user, "places.alias", ALIASES)
    alias = get_object_or_404(queries.aliases(request.user), pk=pk)
    if alias.community is None and request.user.area.kind not in ("all", "district"):
        messages.error(request, "街镇的别名由区民政局管理。")
    else:
        actions.remove_alias(alias=alias, by=request.user)
        messages.success(request, f"已删除别名“{alias.name}”。")
    return redirect("places:aliases")
