"""A committee enters groups by itself; teams go through their filing, registered bodies through the district."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from orgs.actions import duplicates, register
from orgs.choices import Tier
from orgs.models import DuplicatePair, Organization
from orgs.views.bulk import BULK_ACTIONS

pytestmark = pytest.mark.django_db
CLOSED = [Tier.TEAM, Tier.REGISTERED]


@pytest.fixture
def mine(make_org, cast):
    return {
        tier: make_org(f"甲一{tier.label}", tier=tier, filing_no="HY-7" if tier == Tier.TEAM else None)
        for tier in Tier
    }


@pytest.mark.parametrize("tier", CLOSED)
def test_a_committee_changes_no_filed_fact_of_a_team_or_a_registered_body(mine, sign_in, cast, tier):
    organization, client = mine[tier], sign_in(cast.committee)
    url = reverse("orgs:edit", args=[organization.pk])
    page = client.get(url).content.decode()
    assert 'name="name"' not in page and 'name="filing_no"' not in page and 'name="contact_phone"' in page
    assert ("请办“变更”" in page) == (tier == Tier.TEAM)
    data = {
        "version": 1,
        "name": "别的名字",
        "filing_no": "2099-9999",
        "contact_phone": "13800001111",
        "remark": "周三有人",
        "reason": "补充",
    }
    assert client.post(url, data).status_code == 302
    organization.refresh_from_db()
    assert (organization.name, organization.remark) == (f"甲一{tier.label}", "周三有人")
    assert organization.contact_phone == "13800001111" and organization.filing_no != "2099-9999"


@pytest.mark.parametrize("tier", CLOSED)
def test_the_action_refuses_it_too(mine, cast, tier):
    organization = mine[tier]
    organization.name = "别的名字"
    with pytest.raises(ValidationError, match="备案|登记"):
        register.edit(organization, version=1, by=cast.committee)
    with pytest.raises(ValidationError, match="备案|登记"):
        register.create(
            Organization(tier=tier, name="新的", street=cast.jia, community=cast.jia1), by=cast.committee
        )


def test_a_group_stays_its_own_business(mine, sign_in, cast):
    group, client = mine[Tier.GROUP], sign_in(cast.committee)
    page = client.get(reverse("orgs:create")).content.decode()
    assert "新增社区活动小组" in page and "新增群众活动团队" not in page and "?tier=team" not in page
    assert (
        client.get(reverse("orgs:create"), {"tier": "team"}, follow=True)
        .content.decode()
        .count("请办“新备案”")
        == 1
    )
    group.name = "甲一改名小组"
    assert register.edit(group, version=1, by=cast.committee) == []


def test_ledgers_of_teams_and_registered_bodies_are_not_offered_to_a_committee(sign_in, cast):
    url = reverse("orgs:import_list")
    page = sign_in(cast.committee).get(url).content.decode()
    assert 'value="groups"' in page and 'value="activities"' in page
    assert 'value="teams"' not in page and 'value="registered"' not in page
    assert 'value="teams"' in sign_in(cast.street).get(url).content.decode()


def test_a_committee_merges_no_teams(make_org, cast):
    a, b = make_org("甲一合唱队"), make_org("甲一合唱团")
    pair = DuplicatePair.objects.create(a=a, b=b, score=90, reasons=["phone"])
    with pytest.raises(duplicates.Refused, match="由街镇备案"):
        duplicates.merge(pair, keep=a, take=set(), versions={a.pk: 1, b.pk: 1}, by=cast.committee)
    assert duplicates.merge(pair, keep=a, take=set(), versions={a.pk: 1, b.pk: 1}, by=cast.street) == a


def test_a_bulk_change_of_a_committee_leaves_them_out_with_the_reason(mine, cast):
    action = next(one for one in BULK_ACTIONS if one.key == "terms")
    rows = Organization.objects.visible_to(cast.committee)
    out = action.excluded(rows, cast.committee, {"category": "living", "service_fields": []})
    assert set(out) == {mine[tier].pk for tier in CLOSED}
    left = action.excluded(rows, cast.street, {"category": "living", "service_fields": []})
    assert left == {
        mine[
            Tier.TEAM
        ].pk: "“类别”是备案事项，不能经“批量修改”改变：情况有变化的请办“变更”，录入有差错的请办“更正差错”。"
    }
