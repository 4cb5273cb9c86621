"""Yearly confirmation of groups, many at once."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.history import told
from core.jobs.bulk import among
from filings.choices import GroupVerb
from filings.models import YearlyConfirmation
from orgs.actions import status
from orgs.models import Organization


@transaction.atomic
def confirm(pks: Sequence[int], *, by, note: str) -> None:
    """The groups still meet; what they were confirmed with is kept, once a year."""
    year = timezone.localdate().year
    groups = among(Organization.objects.visible_to(by), pks)
    with told(GroupVerb.CONFIRM, by, note):
        YearlyConfirmation.objects.bulk_create(
            [
                YearlyConfirmation(
                    organization=group, year=year, member_count=group.member_count, note=note, confirmed_by=by
                )
                for group in groups
            ],
            ignore_conflicts=True,
        )


def ask_to_stop(pks: Sequence[int], *, by, reason: str) -> dict[int, str]:
    """A request to the street for each group that does not meet any more; {pk: why} of those that could not be asked for."""
    left = {}
    for group in among(Organization.objects.visible_to(by), pks):
        try:
            status.ask(group, by=by, status="stopped", effective_on=timezone.localdate(), reason=reason)
        except ValidationError as error:
            left[group.pk] = "".join(error.messages)
    return left
