"""What is set for a coming day changes nothing before that day: one comparison of dates, asked with a day, everywhere."""

import datetime
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from core.scope import Area
from core.settings.parameters import publish, value
from filings.queries.progress import progress
from orgs.actions.imports.places import PlaceFinder
from orgs.actions.targets import set_policy, snapshot
from orgs.choices import TermKind
from orgs.forms import OrganizationForm
from orgs.models import Organization, Term
from orgs.policy import TEAM_MIN_MEMBERS
from orgs.queries import register, rehearsal, targets, terms
from orgs.queries.imports import place_names
from orgs.queries.teams import TeamChecks
from places.actions import adjust
from places.forms import AdjustForm
from places.models import Community
from places.queries import streets_with_communities
from reports.workbook.figures import categories

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
TODAY = datetime.date(2026, 11, 25)
THE_DAY = TODAY + datetime.timedelta(days=40)
EVE = THE_DAY - datetime.timedelta(days=1)
NEXT = THE_DAY + datetime.timedelta(days=1)
RAW = re.compile(
    r"(closed_on|opened_on|valid_from|valid_to|effective_from)(__\w+| IS )|\.(closed_on|opened_on) *[<>]"
    r"|[<>]=? *[\w.]+\.(closed_on|opened_on)\b|[a-z]\.(valid_from|valid_to|effective_from) *[<>]=? *%"
)


@pytest.fixture
def clock(monkeypatch):
    """clock(day): from now on it is that day."""

    def turn(day):
        monkeypatch.setattr(timezone, "localdate", lambda *args, **kwargs: day)
        cache.clear()

    turn(TODAY)
    return turn


@pytest.fixture
def split(clock, cast, make_org):
    """甲一 is split into 甲东 and 甲西 in 40 days; one team lives there, one in 甲二."""
    make_org("甲一队", community=cast.jia1)
    make_org("甲二队", community=cast.jia2)
    adjust(
        kind="split", before=[cast.jia1], on=THE_DAY, legal_basis="批复1号", by=cast.officer,
        after=[{"code": f"99990100101{n}", "name": name, "street": cast.jia} for n, name in enumerate(("甲东居委会", "甲西居委会"))],
    )  # fmt: skip
    return clock


BEFORE = {"甲一居委会", "甲二居委会", "乙一居委会"}
AFTER = {"甲东居委会", "甲西居委会", "甲二居委会", "乙一居委会"}


def on_the_targets(cast, day) -> set[str]:
    names = dict(Community.objects.values_list("code", "name"))
    return {names[code] for code in targets.live(Area("all"), day)}


def in_the_form(cast, day) -> set[str]:
    form = OrganizationForm(user=cast.officer, tier="group")
    return {c.name for c in form.fields["community"].queryset}


def in_the_list_filter(cast, day) -> set[str]:
    return {
        name
        for street in (cast.jia, cast.yi)
        for _, name in register.community_choices(cast.officer, street.pk)
    }


def on_the_map(cast, day) -> set[str]:
    return {c.name for street in streets_with_communities(cast.officer) for c in street.open_communities}


def in_the_template(cast, day) -> set[str]:
    return set(place_names(cast.officer)["community"])


def in_the_ledger(cast, day) -> set[str]:
    finder, names = (
        PlaceFinder(Area("all"), community_required=True),
        Community.objects.values_list("street__name", "name"),
    )
    return {name for street, name in names if not finder.find(street, name).unfit}


def in_the_progress(cast, day) -> set[str]:
    """甲一 stays as long as its team was not moved: no number may get lost."""
    rows = [progress(cast.officer, TODAY, day, day, street)[:-1] for street in (cast.jia, cast.yi)]
    names = {row.place.name for part in rows for row in part}
    assert "甲一居委会" in names
    Organization.objects.filter(name="甲一队").delete()
    left = [progress(cast.officer, TODAY, day, day, street)[:-1] for street in (cast.jia, cast.yi)]
    return {row.place.name for part in left for row in part}


def fit_for_a_team(cast, day) -> set[str]:
    checks = TeamChecks()
    rows = Community.objects.select_related("street")
    return {
        c.name for c in rows if not checks.faults(Organization(street=c.street, community=c), {"community"})
    }


ASKED = [
    on_the_targets, in_the_form, in_the_list_filter, on_the_map, in_the_template, in_the_ledger, in_the_progress,
    fit_for_a_team,
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(
    ("day", "expected"), [(TODAY, BEFORE), (EVE, BEFORE), (THE_DAY, AFTER), (NEXT, AFTER)]
)
def test_a_split_in_forty_days_shows_from_its_day_on(split, cast, asked, day, expected):
    split(day)
    assert asked(cast, day) == expected


@pytest.mark.parametrize("day", [TODAY, EVE, THE_DAY, NEXT])
def test_the_live_figures_are_the_snapshot_of_the_same_day(split, cast, day):
    split(day)
    snapshot(day, day)
    stored = {
        r.community.code: (r.registered, r.teams, r.groups, r.dormant) for r in targets.rows(Area("all"), day)
    }
    assert stored == targets.live(Area("all"), day)
    moved = 1 if day < THE_DAY else 0
    assert stored.get(cast.jia1.code, (0,) * 4)[1] == moved
    counted = categories(Area("all"), day)
    assert counted[cast.jia.pk] == {"culture": 1 + moved}


@pytest.mark.parametrize(("day", "rows"), [(EVE, 2), (THE_DAY, 1)])
def test_the_list_behind_the_figures_keeps_the_team_until_the_day(split, cast, sign_in, day, rows):
    split(day)
    page = sign_in(cast.officer).get(reverse("orgs:list"), {"placed": "1"}).content.decode()
    assert f'data-count="{rows}"' in page


@pytest.mark.parametrize("day", [EVE, THE_DAY])
def test_every_number_is_still_its_list(split, cast, day, capsys):
    split(day)
    snapshot(day, day)
    call_command("check_scope")
    assert "泄露" not in capsys.readouterr().out


def test_the_rehearsal_of_a_coming_target_counts_the_communities_of_that_day(split, cast):
    reading = {"team": ["filed"]}
    names, then = (
        {n.name for n in rehearsal.target(0, reading, day, cast.officer).named} for day in (EVE, THE_DAY)
    )
    assert (names, then) == (BEFORE, AFTER)


def test_what_is_to_be_closed_cannot_be_adjusted_again(split, cast):
    offered = AdjustForm(user=cast.officer).fields["before"].queryset
    assert set(offered.values_list("name", flat=True)) == {"甲二居委会", "乙一居委会"}
    for name in ("甲一居委会", "甲东居委会"):
        with pytest.raises(ValidationError, match="已定于|才设立"):
            adjust(
                kind="close",
                before=[Community.objects.get(name=name)],
                after=[],
                on=EVE,
                legal_basis="x",
                by=cast.officer,
            )


def test_the_map_says_which_adjustment_is_still_to_come(split, cast, sign_in):
    client = sign_in(cast.officer)
    assert "还没生效" in client.get(reverse("places:list")).content.decode()
    split(THE_DAY)
    assert "还没生效" not in client.get(reverse("places:list")).content.decode()


@pytest.mark.parametrize(
    ("day", "inside"),
    [(EVE, False), (THE_DAY, True), (NEXT, True), (NEXT + datetime.timedelta(days=1), False)],
)
def test_an_entry_of_a_dictionary_is_offered_on_its_days(clock, cast, day, inside):
    Term.objects.create(
        kind=TermKind.CATEGORY,
        code="new",
        label="邻里互助类",
        order=9,
        valid_from=THE_DAY,
        valid_to=NEXT,
        legal_basis="x",
    )
    clock(day)
    assert ("new" in dict(terms.choices(TermKind.CATEGORY))) is inside
    assert ("new" in dict(terms.choices(TermKind.CATEGORY, held=["new"]))) is True


@pytest.mark.parametrize(("day", "expected"), [(EVE, (10, 12)), (THE_DAY, (15, 3)), (NEXT, (15, 3))])
def test_numbers_and_the_target_hold_from_their_day_on(clock, cast, day, expected):
    snapshot(TODAY, TODAY)
    publish(TEAM_MIN_MEMBERS, value=15, effective_from=THE_DAY, legal_basis="x", by=cast.officer)
    set_policy(
        minimum=3,
        counted={"team": ["filed"]},
        counting_basis="x",
        legal_basis="x",
        effective_from=THE_DAY,
        by=cast.officer,
    )
    clock(day)
    assert (value(TEAM_MIN_MEMBERS), targets.policy_on(day).minimum) == expected


def raw_conditions():
    """Lines of the project that compare a date of validity themselves."""
    apps = ("core", "places", "accounts", "orgs", "filings", "reports", "changning")
    files = [p for app in apps for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts]
    for path in files:
        if path.name in ("dated.py", "models.py") or path.parent.name == "models":
            continue  # the comparison itself; constraints and triggers of the tables
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if RAW.search(line):
                yield f"{path.relative_to(ROOT)}:{number} {line.strip()}"


def test_dates_of_validity_are_compared_in_one_place():
    """`core.dated` and the query sets that it gives; pages that put one dated row into words compare nothing else."""
    assert list(raw_conditions()) == []


@pytest.mark.parametrize(
    "line",
    [
        "x.filter(closed_on__isnull=True)", "WHERE c.closed_on IS NULL", "Q(valid_to__gte=day)", "a.effective_from <= %(night)s",
        "community__closed_on__gt=on", "today < c.closed_on",
    ],
)  # fmt: skip
def test_the_search_for_raw_conditions_finds_them(line):
    assert RAW.search(line)
