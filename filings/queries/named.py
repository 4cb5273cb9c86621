"""Filings and events by a name that they or their organisations bear or bore: for the audit alone."""

from django.db.models import Q

from orgs.models import Organization
from orgs.queries.named import MOST


def by_either_name(model):
    def find(text: str, found: dict) -> list[int]:
        rows = model._base_manager.filter(Q(organization__in=found[Organization]) | Q(name__icontains=text))
        return list(rows.values_list("pk", flat=True)[:MOST])

    return find
