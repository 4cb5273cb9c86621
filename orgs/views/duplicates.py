"""Pairs that may be one organisation: the list, the two side by side, merge or part."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from core.access import require
from core.lists.views import ListView
from core.registry import register as listed
from orgs.actions import duplicates as actions
from orgs.choices import PairState
from orgs.filters import PairFilter
from orgs.forms_duplicates import MergeForm, NoteForm
from orgs.models import DuplicatePair
from orgs.queries import duplicates
from orgs.tables.duplicates import COLUMNS
from orgs.tables.register import STATUS_STATES

DOING = "核对疑似重复"


@listed
class DuplicateList(ListView):
    model = DuplicatePair
    columns = COLUMNS
    filterset_class = PairFilter
    title = "疑似重复"
    url_name = "orgs:duplicates"
    detail_url_name = "orgs:duplicate"
    grant = "orgs.edit"
    doing = DOING
    tab_field = "state"
    default_sort = "-score"


def found(request, pk: int) -> DuplicatePair:
    """The pair if this person sees both records, else 404."""
    require(request.user, "orgs.edit", DOING)
    pair = duplicates.pair(request.user, pk)
    if pair is None:
        raise Http404
    return pair


def compare(request, pk: int):
    """Both records side by side; POST makes one of them."""
    pair = found(request, pk)
    form = MergeForm(request.POST or None, pair=pair)
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.merge(pair, **form.choice, by=request.user)
        except actions.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已合并为“{kept.name}”。需要时可在“变更记录”或“最近操作”里撤销。")
            return redirect("orgs:detail", kept.pk)
    context = {
        "title": "是不是同一个组织",
        "pair": pair,
        "reasons": duplicates.words(pair.reasons),
        "open": pair.state == PairState.OPEN,
        "form": form,
        "sides": [
            {
                "key": key,
                "organization": o,
                "state": STATUS_STATES.get(o.status, "off"),
                "chosen": form["keep"].value() == key,
            }
            for key, o in (("a", pair.a), ("b", pair.b))
        ],
        "distinct": NoteForm(auto_id="id_distinct_%s"),
    }
    return render(request, "orgs/duplicate.html", context)


@require_POST
def distinct(request, pk: int):
    pair = found(request, pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        actions.not_duplicate(pair, note=form.cleaned_data["note"], by=request.user)
        messages.success(request, "已记为不是重复，以后不再提示。")
        return redirect("orgs:duplicates")
    messages.error(request, "说明不能超过 200 字。")
    return redirect("orgs:duplicate", pk)
