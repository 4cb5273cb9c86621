"""What a leader reads first: the verdict, how it moved, where it is lowest, what is overdue; each number its list."""

import datetime

import pytest
from django.utils import timezone
from lxml import html

from orgs.actions.status import ask
from orgs.actions.targets import snapshot
from orgs.models import StatusChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(cast, make_org, sign_in):
    """甲一 has twelve and one dormant, the other two communities nothing; a week and a month ago there was less."""
    today = timezone.localdate()
    month = today.replace(day=1) - datetime.timedelta(days=1)
    for _ in range(6):
        make_org()
    snapshot(month, month)
    for _ in range(6):
        make_org()
    snapshot(today - datetime.timedelta(days=7), today - datetime.timedelta(days=7))
    late = make_org(dormancy="dormant")
    ask(late, by=cast.committee, status="stopped", effective_on=today, reason="不再活动")
    StatusChange.objects.update(due_on=today - datetime.timedelta(days=3))
    client = sign_in(cast.leader)
    return client, html.fromstring(client.get("/").content)


def words(element) -> str:
    return "".join(element.text_content().split())


def test_the_verdict_comes_first_with_target_change_and_the_lowest_street(page):
    _, found = page
    today = timezone.localdate()
    verdict = found.xpath("//main//section")[0]
    assert words(verdict.xpath("h2")[0]) == "未达标甲区各社区平均4.33个，目标12个"
    changes = words(verdict.xpath("p")[0])
    week, month = today - datetime.timedelta(days=7), today.replace(day=1) - datetime.timedelta(days=1)
    nearest = max(night for night in (week, month) if night <= week)
    assert f"比上周（{nearest:%m-%d}）" in changes and f"比上月末（{month:%m-%d}）提高" in changes
    assert words(verdict.xpath("p")[1]) == "平均数最低：乙街镇0.00（差12个）、甲街街道6.50（差11个）"
    assert f"截至{today}" in words(verdict)


def test_each_number_of_a_leader_is_the_length_of_its_list(page):
    client, found = page
    seen = {}
    for tile in found.xpath("//main//a[contains(@class, 'tile')]"):
        label = words(tile.xpath("span[@class='tile-label']")[0])
        number = int(tile.xpath("string(span[@class='tile-value'])").replace(",", ""))
        answer = client.get(tile.get("href").partition("#")[0]).context
        assert number == (len(answer["below"]) if "below" in answer else answer["count"]), label
        seen[label] = number
    assert seen == {
        "超期的备案": 0, "超期的重大活动": 0, "超期的状态变更": 1, "低于目标的居委": 2, "休眠组织": 1, "计入的组织": 13,
    }  # fmt: skip


def test_the_lowest_street_opens_its_own_figures(page):
    client, found = page
    link = found.xpath("//main//section[1]/p/a[contains(@href, 'street=')]")[0]
    assert client.get(link.get("href")).context["title"] == "乙街镇达标情况"


def test_without_any_night_there_is_still_a_verdict(cast, make_org, sign_in):
    make_org()
    main = html.fromstring(sign_in(cast.leader).get("/").content).xpath("//main")[0]
    assert "各社区平均0.33个" in words(main) and "比上周" not in words(main)


def test_the_entry_on_communities_below_opens_the_night_that_it_counts(cast, make_org, sign_in):
    night = timezone.localdate() - datetime.timedelta(days=1)
    snapshot(night, night)
    for _ in range(12):
        make_org()
    client = sign_in(cast.officer)
    entry = next(e for e in client.get("/").context["entries"] if e.title == "低于目标的居委")
    assert (entry.count, len(client.get(entry.url.partition("#")[0]).context["below"])) == (3, 3)
    assert str(night) in entry.action
