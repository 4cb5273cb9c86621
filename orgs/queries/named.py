"""Organisations by a name that they bear or bore, wherever they lie: for the audit alone."""

from django.db.models import F

from core.registry import findable
from orgs import search
from orgs.models import Activity, Organization, StatusChange
from orgs.queries.register import matching

MOST = 500


def organizations(text: str) -> list[int]:
    """By name, pinyin, initials or code of today, and by former names alike; deleted ones too."""
    found, _ = matching(Organization.objects.all(), text)
    keys = set(found.values_list("pk", flat=True)[:MOST]) if search.normalise(text) else set()
    return sorted(keys | former(text))[:MOST]


def former(text: str) -> set[int]:
    """Keys of those whose history holds another such name than the one of today."""
    needle, events = search.normalise(text), Organization.pgh_event_model.objects
    if not needle:
        return set()
    renamed = events.exclude(name=F("pgh_obj__name")).values_list("pgh_obj_id", "name").distinct()
    deleted = events.filter(pgh_label="delete").values_list("pgh_obj_id", "name")
    return {pk for rows in (renamed, deleted) for pk, name in rows if needle in search.keys(name)[0]}


def of_organizations(model):
    """A finder for what goes by the name of an organisation."""
    return lambda text: list(
        model._base_manager.filter(organization__in=organizations(text)).values_list("pk", flat=True)[:MOST]
    )


findable(Organization, organizations)
findable(Activity, of_organizations(Activity))
findable(StatusChange, of_organizations(StatusChange))
