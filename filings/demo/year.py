"""What the other streets did this year: yearly reviews, confirmed groups, reported events, some of it late, some not yet.

Rows in bulk: the streets of the demo accounts have the cases that somebody works on, these only fill the figures.
"""

import datetime
import random

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from filings import policy
from filings.actions.filing import SHARED
from filings.actions.groups import confirm
from filings.choices import EventKind, EventState, FilingState, Incidents, Kind
from filings.demo.filings import GIVEN, SURNAMES, staff
from filings.models import Filing, MajorEvent
from filings.queries.filings import due_for_review
from orgs.choices import Status, Tier
from orgs.models import Activity, Organization
from orgs.queries import activities
from places.models import Street

PHRASE = policy.FILING.step("approve_review").phrase


def plant(today: datetime.date) -> tuple[str, int]:
    """(what was made, how many); none where the demo accounts do not exist."""
    own = User.objects.filter(username="street").first()
    if own is None:
        return "本年度复核、确认、重大活动", 0
    chance, made = random.Random(2026), 0
    for street in Street.objects.filter(district=own.street.district_id).order_by("order"):
        done = 0.35 if street.pk == own.street_id else chance.uniform(0.6, 0.98)
        committee, officer = staff(street.communities.order_by("code").first()), clerk(street)
        made += reviews(street, committee, officer, done, chance, today)
        groups = Organization.objects.filter(street=street, tier=Tier.GROUP, status=Status.NORMAL)
        some = [pk for pk in groups.values_list("pk", flat=True) if chance.random() < done]
        if street.pk != own.street_id:
            confirm(some, by=officer, note="已核对，仍在正常活动。")
            made += len(some)
        made += events(street, committee, officer, done, chance, today)
    return "本年度复核、确认、重大活动", made


def clerk(street: Street) -> User:
    """Somebody of a street; nobody can sign in as them."""
    name = SURNAMES[street.order % len(SURNAMES)] + GIVEN[(street.order + 5) % len(GIVEN)]
    known = {"name": name, "role": Role.STREET_OFFICER, "street": street, "must_change_password": False}
    found = User.objects.filter(username=f"jd{street.code}").first()
    return found or User.objects.create_user(f"jd{street.code}", **known)


def moments(chance: random.Random, today: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """When something was sent and when it was decided, this year."""
    sent = today.replace(month=1, day=1) + datetime.timedelta(
        days=chance.randint(0, max(1, today.timetuple().tm_yday - 20))
    )
    at = timezone.make_aware(
        datetime.datetime.combine(sent, datetime.time(chance.randint(9, 16), chance.randint(0, 59)))
    )
    return at, min(at + datetime.timedelta(days=chance.randint(1, 16), minutes=47), timezone.now())


def reviews(street, committee, officer, done: float, chance, today) -> int:
    """Most teams with an activity this year were reviewed, one of twenty too late."""
    teams = due_for_review(Organization.objects.filter(street=street, community__isnull=False), today.year)
    held, rows = activities.held_in(teams, today.year), []
    for team in teams.order_by("pk"):
        if team.pk not in held or chance.random() > done:
            continue
        sent, decided = moments(chance, today)
        said = {
            "n": 4,
            "verb": "approve_review",
            "label": "复核通过",
            "user": officer.pk,
            "who": str(officer),
            "words": PHRASE,
        }
        rows.append(
            Filing(
                kind=Kind.REVIEW, state=FilingState.FILED, organization=team, year=today.year, reason="本年度正常开展活动。",
                filing_no=team.filing_no or "", entered_by=committee, side=committee.role, hands=[committee.pk], submitted_by=committee,
                submitted_at=sent, decided_by=officer, decided_at=decided, in_time=chance.random() > 0.05, version=4, said=said,
                **{name: getattr(team, name) for name in SHARED},
            )
        )  # fmt: skip
    return len(Filing.objects.bulk_create(rows, batch_size=500))


def events(street, committee, officer, done: float, chance, today) -> int:
    """Most major activities of the year were reported beforehand and told of afterwards, some too late."""
    held = Activity.objects.filter(
        organization__street=street,
        is_major=True,
        held_on__year=today.year,
        held_on__lt=today,
        major_events=None,
    )
    rows = []
    for activity in held.order_by("pk"):
        if chance.random() > done:
            continue
        by = activity.held_on - datetime.timedelta(days=7)
        reported = by + datetime.timedelta(days=chance.choice([-9, -5, -3, -1, 0, 2]))
        start = timezone.make_aware(datetime.datetime.combine(activity.held_on, datetime.time(14)))
        rows.append(
            MajorEvent(
                organization_id=activity.organization_id, kind=EventKind.GATHERING, state=EventState.REPORTED, name=activity.name,
                content="社区居民参加的演出和展示", way="现场", starts_at=start, ends_on=activity.held_on, place=activity.place,
                expected_attendance=activity.attendance, attendance_from=50, budget_from=100_000, safety_officer=committee.name,
                reported_on=reported, report_by=by, late=reported > by, actual_attendance=activity.attendance,
                incidents=Incidents.NONE, outcome="按计划开展，居民反映良好。", activity=activity, entered_by=committee,
                side=committee.role, hands=[committee.pk], decided_by=officer, decided_at=start, in_time=True, version=4,
            )
        )  # fmt: skip
    return len(MajorEvent.objects.bulk_create(rows, batch_size=500))
