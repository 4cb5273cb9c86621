"""Where a case about an organisation of the register begins: it is found first, by name, pinyin or number."""

from collections.abc import Callable

from django.shortcuts import render
from django.urls import reverse

from orgs.models import Organization
from orgs.queries import register

FOUND = 20


def choose(
    request,
    *,
    offered: Callable[[Organization], list[tuple[str, str]]],
    template: str,
    title: str,
    back: str,
):
    """The page of a search. offered(organisation) → (what can be begun for it, its address); back: url name."""
    asked, found = request.GET.get("q", "").strip(), []
    if asked:
        rows, _ = register.matching(Organization.objects.visible_to(request.user), asked)
        found = [(o, offered(o)) for o in rows.select_related("community")[:FOUND]]
    context = {"title": title, "asked": asked, "found": found, "most": FOUND, "back": reverse(back)}
    return render(request, template, context)
