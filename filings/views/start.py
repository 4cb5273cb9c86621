"""Where a case about an organisation of the register begins: those that were active last stand there, the others are found."""

from collections.abc import Callable

from django.shortcuts import render
from django.urls import reverse

from orgs.models import Organization
from orgs.queries import activities, register

FOUND = 20
LISTED = 60  # as many as a committee has


def choose(
    request,
    *,
    offered: Callable[[Organization], list[tuple[str, str]]],
    template: str,
    title: str,
    back: str,
):
    """Whoever has few organisations finds them all here; the others search by name, pinyin or number.

    offered(organisation) → (what can be begun for it, its address); back: url name.
    """
    asked, most = request.GET.get("q", "").strip(), LISTED
    if asked:
        rows, most = Organization.objects.visible_to(request.user), FOUND
        rows = list(register.matching(rows, asked)[0].select_related("community")[: most + 1])
    else:
        rows = activities.last_active(request.user, most + 1)
    found = [(o, offered(o)) for o in rows[:most]]
    if not asked:
        found = [(organization, kinds) for organization, kinds in found if kinds]
    context = {
        "title": title, "asked": asked, "found": found, "more": len(rows) > most, "back": reverse(back),
    }  # fmt: skip
    return render(request, template, context)
