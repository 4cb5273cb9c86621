"""The target: what counts, both readings, past nights, and every number a list of that length."""

import datetime
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from core.scope import Area
from core.settings.parameters import publish
from orgs.actions import dormancy, targets
from orgs.choices import Dormancy, Tier
from orgs.models import CommunityTarget, Organization
from orgs.policy import DORMANCY_DAYS
from orgs.queries import targets as read

pytestmark = pytest.mark.django_db
NIGHT = datetime.date(2026, 11, 2)
PAGE = "/orgs/targets/"


@pytest.fixture
def twenty(make_org, cast):
    """甲一: 1 registered, 11 teams, 2 groups counted; 甲二: 1 team counted, some not; 乙一: nothing."""
    make_org(tier=Tier.REGISTERED)
    for _ in range(11):
        make_org()
    for _ in range(2):
        make_org(tier=Tier.GROUP)
    make_org(community=cast.jia2)
    make_org(community=cast.jia2, status="stopped")
    make_org(tier=Tier.REGISTERED, community=cast.jia2, status="rectifying")
    make_org(tier=Tier.REGISTERED, community=cast.jia2, status="revoked")


def test_snapshot_counts_by_tier_and_status_with_zeros(twenty, cast):
    assert targets.snapshot(NIGHT, NIGHT) == (3, 3)
    rows = read.rows(Area("all"), NIGHT)
    assert [(r.community.name, r.registered, r.teams, r.groups, r.total) for r in rows] == [
        ("甲一居委会", 1, 11, 2, 14), ("甲二居委会", 1, 1, 0, 2), ("乙一居委会", 0, 0, 0, 0)
    ]  # fmt: skip


def test_a_second_snapshot_of_one_night_changes_nothing(twenty):
    targets.snapshot(NIGHT, NIGHT)
    assert targets.snapshot(NIGHT, NIGHT) == (3, 0)


def test_a_past_night_keeps_its_figures_when_the_register_changes(twenty, cast):
    targets.snapshot(NIGHT, NIGHT)
    Organization.objects.update(status="stopped", tier="team")
    assert targets.snapshot(NIGHT, NIGHT + datetime.timedelta(days=1)) == (3, 0)
    assert read.totals(read.rows(Area("all"), NIGHT)).total == 16


def test_both_readings_are_told_apart(twenty, cast):
    targets.snapshot(NIGHT, NIGHT)
    figures = read.totals(read.rows(Area("all"), NIGHT))
    assert (figures.average, figures.met, figures.below, figures.missing) == (
        Decimal("5.33"),
        False,
        2,
        Decimal(22),
    )
    street = read.totals(read.rows(Area("community", cast.jia1.pk), NIGHT))
    assert (street.average, street.met, street.below) == (Decimal("14.00"), True, 0)


def test_an_average_that_only_rounds_to_the_target_does_not_meet_it():
    figures = read.Figures(Decimal(12), communities=1000, teams=11_999)
    assert (figures.average, figures.met) == (Decimal("12.00"), False)


def test_a_new_reading_holds_from_its_day_on(twenty, cast):
    targets.snapshot(NIGHT, NIGHT)
    later = NIGHT + datetime.timedelta(days=1)
    targets.set_policy(
        minimum=2, counted={"team": ["filed"]}, counting_basis="只计备案团队", legal_basis="试行", effective_from=later, by=cast.officer
    )  # fmt: skip
    targets.snapshot(later, later)
    assert [r.total for r in read.rows(Area("all"), later)] == [11, 1, 0]
    assert [r.total for r in read.rows(Area("all"), NIGHT)] == [14, 2, 0]


def test_a_closed_community_leaves_the_count_and_keeps_its_past(twenty, cast):
    targets.snapshot(NIGHT, NIGHT)
    cast.jia2.closed_on = NIGHT + datetime.timedelta(days=1)
    cast.jia2.save()
    targets.snapshot(NIGHT + datetime.timedelta(days=1), NIGHT)
    assert CommunityTarget.objects.filter(night=NIGHT).count() == 3
    assert CommunityTarget.objects.filter(night=NIGHT + datetime.timedelta(days=1)).count() == 2


@pytest.mark.parametrize(
    ("tier", "days", "expected"),
    [
        (Tier.TEAM, 180, Dormancy.ACTIVE), (Tier.TEAM, 181, Dormancy.LATE), (Tier.TEAM, 240, Dormancy.LATE),
        (Tier.TEAM, 241, Dormancy.DORMANT), (Tier.GROUP, 241, Dormancy.DORMANT), (Tier.REGISTERED, 366, Dormancy.LATE),
        (Tier.REGISTERED, 456, Dormancy.DORMANT),
    ],
)  # fmt: skip
def test_dormancy_follows_period_and_grace_of_the_tier(tier, days, expected, make_org):
    organization = make_org(tier=tier, last_active_on=NIGHT - datetime.timedelta(days=days))
    dormancy.mark(NIGHT)
    organization.refresh_from_db()
    assert (organization.dormancy, organization.version) == (expected, 1)


def test_dormancy_counts_from_the_founding_when_nothing_was_ever_held(make_org):
    organization = make_org(established_on=NIGHT - datetime.timedelta(days=300))
    assert dormancy.mark(NIGHT) == (1, 1)
    assert dormancy.mark(NIGHT) == (1, 0)
    organization.refresh_from_db()
    assert organization.dormancy == Dormancy.DORMANT


def test_a_dated_period_is_used_from_its_day_on(make_org, cast):
    organization = make_org(last_active_on=NIGHT - datetime.timedelta(days=100))
    period, _ = DORMANCY_DAYS[Tier.TEAM]
    publish(period, value=60, legal_basis="试行", effective_from=NIGHT, by=cast.officer)
    dormancy.mark(NIGHT - datetime.timedelta(days=1))
    organization.refresh_from_db()
    assert organization.dormancy == Dormancy.ACTIVE
    dormancy.mark(NIGHT)
    organization.refresh_from_db()
    assert organization.dormancy == Dormancy.LATE


WHO = pytest.mark.parametrize("who", ["officer", "leader", "street", "other_street", "committee"])


def listed(client, link) -> int:
    """How many rows stand behind a link: of the register, or of the section of a page of targets."""
    href = link.get("href")
    if href.startswith("/orgs/?"):
        return client.get(href).context["count"]
    address, _, part = href.partition("#")
    page = html.fromstring(client.get(PAGE + address).content)
    rows = {
        "wall": "//section[@id='wall']//div[@class='wall']/*",
        "below": "//section[@id='below']//tbody/tr",
    }
    return len(page.xpath(rows[part]))


@WHO
@pytest.mark.parametrize("night", ["none", "same", "changed"])
def test_every_number_of_now_opens_a_list_of_that_length(who, night, twenty, cast, sign_in, make_org):
    """Whether there was a night, and whatever happened since."""
    today = datetime.date.today()
    if night != "none":
        targets.snapshot(today - datetime.timedelta(days=1), today - datetime.timedelta(days=1))
    if night == "changed":
        make_org(community=cast.yi1)
        make_org(community=cast.jia1, dormancy="dormant")
        Organization.objects.filter(community=cast.jia2).first().delete()
        whole = make_org(tier=Tier.REGISTERED)
        Organization.objects.filter(pk=whole.pk).update(community=None)
    client = sign_in(getattr(cast, who))
    page = html.fromstring(client.get(PAGE).content)
    checked = 0
    links = page.xpath("//main//td/a") + page.xpath("//main//section/p/a[starts-with(@href, '/orgs/?')]")
    for link in links:
        assert (link.get("href"), listed(client, link)) == (link.get("href"), int(link.text.replace(",", "")))
        checked += 1
    assert checked > 10
    unlinked = page.xpath("//section[@id='streets']//td[@class='num' and not(a)]/@data-label")
    assert set(unlinked) <= {"平均数", "昨晚合计", "昨晚平均数"}
    tiles = page.xpath("//main//a[contains(@class,'tile')][@href]")
    assert tiles
    for tile in tiles:
        number = int(tile.xpath("string(span[@class='tile-value']/text())").replace(",", ""))
        assert listed(client, tile) == number


def test_now_stands_beside_the_dated_night(twenty, cast, sign_in, make_org):
    night = datetime.date.today() - datetime.timedelta(days=1)
    targets.snapshot(night, night)
    make_org(community=cast.yi1)
    page = html.fromstring(sign_in(cast.officer).get(PAGE).content)
    tile = " ".join(page.xpath("//main//a[contains(@class,'tile')]")[1].text_content().split())
    assert tile == f"计入的组织17个昨晚（{night}）16"
    cells = {
        row.xpath("string(th)"): [
            td.text_content() for td in row.xpath("td[@data-label='合计' or @data-label='昨晚合计']")
        ]
        for row in page.xpath("//section[@id='streets']//tbody/tr")
    }
    assert cells == {"甲街街道": ["16", "16"], "乙街镇": ["1", "0"], "合计": ["17", "16"]}


def test_a_street_is_opened_by_its_name(twenty, cast, sign_in):
    client = sign_in(cast.officer)
    page = client.get(PAGE, {"street": cast.jia.pk})
    assert page.context["title"] == "甲街街道达标情况"
    assert [row.community.name for row, _ in page.context["below"]] == ["甲二居委会"]
    assert sign_in(cast.other_street).get(PAGE, {"street": cast.jia.pk}).context["title"] == "达标情况"


def test_the_wall_shows_only_the_own_area_and_reads_without_colour(twenty, cast, sign_in):
    targets.snapshot(datetime.date.today())
    page = html.fromstring(sign_in(cast.street).get(PAGE).content)
    tiles = [" ".join(tile.text_content().split()) for tile in page.xpath("//div[@class='wall']/a")]
    assert tiles == ["14 ✓甲一", "2 差10甲二"]


def test_a_past_night_is_shown_without_links_to_the_live_list(twenty, cast, sign_in):
    targets.snapshot(NIGHT, NIGHT)
    Organization.objects.filter(tier="team").first().delete()
    page = html.fromstring(sign_in(cast.officer).get(PAGE, {"as_of": "2026-11-05"}).content)
    assert "2026-11-02 晚的快照" in " ".join(page.xpath("string(//main//form)").split())
    assert page.xpath("//main//a[starts-with(@href, '/orgs/?')]") == []
    assert page.xpath("//section[@id='streets']//tr[last()]/td[@data-label='合计']/text()") == ["16"]


def test_targets_json_is_one_object(twenty, cast):
    out = StringIO()
    call_command("targets", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["communities"], found["registered"], found["teams"], found["groups"]) == (3, 2, 12, 2)
    assert (found["average"], found["communities_at_target"]) == (5.33, 1)
    assert found["per_community"]["999901001001"] == [1, 11, 2]


def test_targets_of_a_past_day_come_from_that_night(twenty, cast):
    targets.snapshot(NIGHT, NIGHT)
    Organization.objects.all().delete()
    out = StringIO()
    call_command("targets", as_of=NIGHT + datetime.timedelta(days=3), json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert (found["as_of"], found["teams"]) == ("2026-11-02", 12)


def test_page_takes_the_same_statements_for_three_communities_and_for_many(twenty, cast, sign_in, places):
    targets.snapshot(datetime.date.today())
    client = sign_in(cast.officer)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(PAGE)
    for n in range(30):
        places.jia.communities.create(code=f"9999010019{n:02d}", name=f"甲{n}新居委会")
    targets.snapshot(datetime.date.today())
    with CaptureQueriesContext(connection) as many:
        client.get(PAGE)
    assert len(few) == len(many)
