"""What the filings ask of a person apart from cases: lists that are to be worked off, each with exactly that many rows."""

import datetime

from django.urls import reverse

from accounts.choices import Role
from core.casework.todo import Entry
from core.lists.paging import capped_counts
from core.settings.parameters import value
from filings import policy
from filings.queries.filings import due_for_review
from filings.queries.groups import unconfirmed
from orgs.models import Organization


def yearly(user, today: datetime.date) -> list[Entry]:
    """From a dated month on: groups to confirm for a committee, teams to review for a street."""
    if user.role not in (Role.COMMITTEE_MEMBER, Role.STREET_OFFICER) or today.month < value(
        policy.CONFIRM_FROM, today
    ):
        return []
    mine, end = Organization.objects.visible_to(user), datetime.date(today.year, 12, 31)
    if user.role == Role.COMMITTEE_MEMBER:
        rows, title, action = unconfirmed(mine), "小组年度确认", "核对后批量确认，或申请停止活动"
        url = f"{reverse('filings:groups')}?confirmed=no"
    else:
        rows, title, action = due_for_review(mine, today.year), "团队年度复核", "选择团队，发起年度复核"
        url = reverse("filings:reviews")
    (count,) = capped_counts(rows)
    return (
        [Entry(title=title, action=action, url=url, due_on=end, words="本年度", count=count)] if count else []
    )
