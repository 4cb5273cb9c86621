"""Which drafts can still be sent: a step that a colleague took meanwhile asks for nothing any more."""

from django.urls import Resolver404, resolve

from core.casework import taking_back
from core.casework.workflow import Flow
from core.forms import drafts
from core.models import Draft

MOST = 50


def open_drafts(user) -> list[Draft]:
    """What this person can go on with. Opinions that came too late wait on the page of their case, see `late_words`."""
    found, cases = list(drafts.of(user)[:MOST]), {}
    for draft in found:
        if place := _case_of(draft):
            cases.setdefault(place[0].workflow.key, {})[draft.key] = place
    late = set()
    for places in cases.values():
        flow = next(iter(places.values()))[0]
        rows = flow.model.objects.visible_to(user).defer("frozen", "before")
        rows = rows.in_bulk({pk for _, pk, _ in places.values()})
        late |= {key for key, (_, pk, verb) in places.items() if not _asks(flow, rows.get(pk), verb, user)}
    return [draft for draft in found if draft.key not in late]


def late_words(flow: Flow, case, path: str, user) -> list[tuple[Draft, list[tuple[str, str]]]]:
    """(draft, [(label, words)]) of opinions of this person on steps that the case does not ask for any more."""
    kept = [(draft, _case_of(draft)) for draft in drafts.of(user).filter(path__startswith=path)]
    late = [
        (draft, place[2])
        for draft, place in kept
        if place and place[2] and not _asks(flow, case, place[2], user)
    ]
    return [(draft, _typed(flow, case, draft)) for draft, _ in late]


def _typed(flow: Flow, case, draft: Draft) -> list[tuple[str, str]]:
    names = {"note": "意见"} | {f.name: str(f.verbose_name) for f in case._meta.concrete_fields}
    found = [(name.removeprefix("fix_"), "、".join(filter(None, v))) for name, v in draft.fields.items()]
    return [(names[name], words) for name, words in found if words and name in names]


def _case_of(draft: Draft) -> tuple[Flow, int, str] | None:
    """(flow, key of the case, verb) of a draft that was begun on the page of a case; the form of a case has no verb."""
    try:
        match = resolve(draft.path)
    except Resolver404:
        return None
    flow = getattr(match.func, "view_initkwargs", {}).get("flow")
    return (flow, match.kwargs["pk"], match.kwargs.get("verb", "")) if flow and "pk" in match.kwargs else None


def _asks(flow: Flow, case, verb: str, user) -> bool:
    """Whether what was begun can still be sent."""
    if case is None:
        return False
    if not verb:
        return flow.may_edit(case, user)
    if verb == taking_back.STEP.verb:
        chance = taking_back.chance(flow, case, user)
        return bool(chance and not chance.reasons)
    return any(step.verb == verb for step in flow.workflow.leaving(case.state, case))
