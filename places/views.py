from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from core.views.base import require
from places import actions, queries
from places.forms import AdjustForm


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
