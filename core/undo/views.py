"""最近操作: what I did, for the district what was done there, and taking it back."""

import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from core import undo
from core.access import require
from core.policy import UNDO_DAYS
from core.settings.parameters import value
from core.undo import job as background

DOING = "撤销操作"


def act_list(request):
    require(request.user, "acts.view", DOING)
    found, before = undo.acts(request.user, _moment(request.GET.get("before", "")))
    context = {
        "title": "最近操作",
        "acts": found,
        "days": int(value(UNDO_DAYS)),
        "everybody": request.user.may("acts.everybody"),
        "next": f"?{urlencode({'before': before.isoformat()})}" if before else "",
    }
    return render(request, "core/acts.html", context)


def act_detail(request, context):
    """What would go back and what was changed since; POST takes it back."""
    require(request.user, "acts.view", DOING)
    act = undo.find(context, request.user)
    if act is None:
        raise Http404
    if request.method == "POST":
        return _take_back(request, act)
    refusal = undo.refusal(act)
    page = {
        "title": f"{act.words}：{act.reason}" if act.reason else act.words,
        "act": act,
        "refusal": refusal,
        "plan": None if refusal else undo.plan(context),
        "result": act.undone.result.get("parts", []) if act.undone else [],
    }
    return render(request, "core/act.html", page)


def _take_back(request, act):
    take = request.POST.getlist("take")
    if act.rows > background.AT_ONCE and not undo.refusal(act):
        background.submit(act, request.user, take)
        messages.info(request, f"共 {act.rows:,} 条，已转入后台撤销，完成后在这里显示结果。")
        return redirect("jobs:list")
    try:
        done = undo.undo(act.context, request.user, take)
    except undo.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, background.words(done))
    return redirect("acts:detail", act.context)


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None
