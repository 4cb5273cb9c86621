"""Organisations by a name that they bear or bore, wherever they lie: for the audit alone."""

from django.db.models import F

from orgs import search
from orgs.models import Organization
from orgs.queries.register import matching

MOST = 500


def organizations(text: str, found: dict) -> list[int]:
    """By name, pinyin, initials or code of today, and by former names alike; deleted ones too."""
    if not search.normalise(text):
        return []
    now, _ = matching(Organization.objects.all(), text)
    return sorted({*now.values_list("pk", flat=True)[:MOST]} | former(text))[:MOST]


def former(text: str) -> set[int]:
    """Keys of those whose history holds such a name: characters are looked for as they are, pinyin among renamed ones."""
    events = Organization.pgh_event_model.objects
    if search.HAN.search(text):
        return set(
            events.filter(name__icontains=text.strip()).values_list("pgh_obj_id", flat=True).distinct()[:MOST]
        )
    needle = search.normalise(text)
    renamed = events.exclude(name=F("pgh_obj__name")).values_list("pgh_obj_id", "name").distinct()
    deleted = events.filter(pgh_label="delete").values_list("pgh_obj_id", "name")
    return {pk for rows in (renamed, deleted) for pk, name in rows if needle in search.keys(name)[0]}


def by_organization(model):
    """A finder for what goes by the name of an organisation."""
    return lambda text, found: list(
        model._base_manager.filter(organization__in=found[Organization]).values_list("pk", flat=True)[:MOST]
    )
