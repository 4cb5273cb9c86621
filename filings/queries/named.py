"""Filings and events by a name that they or their organisations bear or bore: for the audit alone."""

from core.registry import findable
from filings.models import Filing, MajorEvent
from orgs.queries.named import MOST, organizations


def by_own_name_too(model):
    def find(text: str) -> list[int]:
        rows = model._base_manager.filter(organization__in=organizations(text)) | model._base_manager.filter(
            name__icontains=text
        )
        return list(rows.values_list("pk", flat=True)[:MOST])

    return find


findable(Filing, by_own_name_too(Filing))
findable(MajorEvent, by_own_name_too(MajorEvent))
