"""办理情况: every number is the length of the list that it opens."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml import html

from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.models import Filing
from orgs.choices import Tier

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(filed, new_filing, make_org, cast):
    """Of street 甲: one filed in time, one filed too late, one that waits, one overdue; of 乙 a team and a group."""
    day = timezone.now() - datetime.timedelta(days=4)
    for name, in_time in (("甲一春晓合唱队", True), ("甲一晚霞舞蹈队", False)):
        Filing.objects.filter(pk=filed(name=name).pk).update(in_time=in_time, submitted_at=day)
    actions.enter(new_filing(name="甲一等着的队"), by=cast.committee)
    late = actions.enter(new_filing(name="甲一超期的队"), by=cast.committee)
    Filing.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    actions.enter(new_filing(name="甲一草稿队"), by=cast.committee, send=False)
    make_org("乙一队", community=cast.yi1)
    make_org("乙一组", tier=Tier.GROUP, community=cast.yi1)


def table(client, query="") -> dict[str, list[str]]:
    page = html.fromstring(client.get(reverse("filings:progress") + query).content)
    rows = page.xpath("//main//table/tbody/tr")
    return {row.xpath("string(th)"): [cell.text_content() for cell in row.xpath("td")] for row in rows}


def test_the_district_sees_every_street_and_all_together(work, sign_in, cast):
    found = table(sign_in(cast.officer))
    assert found["甲街街道"] == ["2", "1", "2", "1", "50.0%", "4.0", "2", "2", "0.0%", "0", "0", "0", "—"]
    assert found["乙街镇"] == ["0", "0", "0", "0", "—", "—", "1", "1", "0.0%", "1", "1", "0", "—"]
    assert found["合计"][:6] == ["2", "1", "2", "1", "50.0%", "4.0"]


def test_a_street_sees_its_communities_and_no_other_street(work, sign_in, cast):
    found = table(sign_in(cast.street))
    assert found["甲一居委会"][0] == "2" and "甲街街道" not in found and "乙街镇" not in found
    asked = table(sign_in(cast.street), f"?street={cast.yi.pk}")
    assert "乙一居委会" not in asked and "甲一居委会" in asked


@pytest.mark.parametrize("who", ["officer", "leader", "street", "committee"])
def test_each_number_is_the_length_of_its_list(work, sign_in, cast, who):
    client = sign_in(getattr(cast, who))
    page = html.fromstring(client.get(reverse("filings:progress")).content)
    links = page.xpath("//main//td/a")
    assert len(links) > 8
    for link in links:
        opened = html.fromstring(client.get(link.get("href")).content)
        assert opened.xpath("string(//@data-count)") == link.text, link.get("href")


def test_a_period_counts_what_was_decided_in_it(work, sign_in, cast):
    client = sign_in(cast.officer)
    assert table(client, "?first=2020-01-01&last=2020-12-31")["甲街街道"][2] == "0"
    page = client.get(reverse("filings:progress") + "?first=2026-05-01&last=2020-12-31")
    assert page.status_code == 200 and "不能早于开始的一天" in page.content.decode()
    assert client.get(reverse("filings:progress") + "?first=x&street=9999&last=").status_code == 200


def test_whoever_has_no_business_data_is_refused(sign_in, cast):
    assert sign_in(cast.auditor).get(reverse("filings:progress")).status_code == 403


def test_the_number_of_statements_does_not_grow_with_the_places(
    work, sign_in, cast, django_assert_max_num_queries
):
    client = sign_in(cast.officer)
    client.get(reverse("filings:progress"))
    with django_assert_max_num_queries(14):
        client.get(reverse("filings:progress"))


def test_returned_filings_are_in_hand(work, sign_in, cast, new_filing):
    case = actions.enter(new_filing(name="甲一退回的队"), by=cast.committee)
    FLOW.take(
        case, "committee_return", by=cast.committee, note="请补正", returned={"activity_place": "写明门牌"}
    )
    assert table(sign_in(cast.officer))["甲街街道"][0] == "3"
