"""Nobody decides past an open filing, and a filing decides on nothing that has moved away or has a double."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import Kind
from filings.models import Certificate, Filing
from orgs.actions import register
from orgs.choices import Status, Tier
from orgs.models import Organization
from orgs.queries.bulk import status_not_fitting
from tests.filings.conftest import WHOLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def changing(filed, cast):
    """A team whose change waits for the street."""
    change = actions.begin(Kind.CHANGE, filed().organization)
    change.reason, change.activity_place = "搬迁", "新活动室"
    return FLOW.take(actions.enter(change, by=cast.committee), "review", by=cast.committee, note="属实")


def test_a_status_is_not_changed_past_an_open_filing(changing, cast):
    team = Organization.objects.get(pk=changing.organization_id)
    with pytest.raises(ValidationError, match="有一件没办完的备案（变更）"):
        register.change_status(team, status=Status.CANCELLED, reason="不再活动", by=cast.street)
    found = status_not_fitting(Organization.objects.filter(pk=team.pk), Status.STOPPED, cast.street)
    assert found == {team.pk: "有一件没办完的备案（变更），请先办完或撤回"}
    FLOW.take(changing, "approve_change", by=cast.street, note="准予")
    team.refresh_from_db()
    assert (
        register.change_status(team, status=Status.STOPPED, reason="停", by=cast.street).status
        == Status.STOPPED
    )


def test_a_group_is_not_promoted_past_its_open_filing(make_org, cast, new_filing):
    group = make_org("甲一小组", tier=Tier.GROUP, member_count=23)
    case = actions.begin(Kind.PROMOTE, group)
    for name, words in WHOLE.items():
        if words and name not in ("name", "established_on"):
            setattr(case, name, words)
    case.established_on = timezone.localdate()
    case = FLOW.take(actions.enter(case, by=cast.committee), "review", by=cast.committee, note="属实")
    with pytest.raises(ValidationError, match="小组转备案"):
        register.promote(Organization.objects.get(pk=group.pk), reason="直接", by=cast.street)
    FLOW.take(case, "approve", by=cast.street, note="准予")
    assert Organization.objects.get(pk=group.pk).tier == Tier.TEAM


def test_a_team_without_a_filing_gets_the_next_number(make_org, cast):
    group = make_org(tier=Tier.GROUP, member_count=23)
    team = register.promote(group, reason="按原备案补办", by=cast.street)
    assert team.filing_no == f"{cast.jia.code}-{timezone.localdate().year}-0001"


def test_a_team_that_moved_is_not_decided_on_by_its_old_street(changing, cast, sign_in):
    Organization.objects.filter(pk=changing.organization_id).update(street=cast.yi, community=cast.yi1)
    with pytest.raises(ValidationError, match="已划到乙街镇乙一居委会，请撤回"):
        FLOW.take(changing, "approve_change", by=cast.street, note="准予")
    assert Certificate.objects.count() == 1
    assert Organization.objects.get(pk=changing.organization_id).activity_place != "新活动室"
    page = sign_in(cast.street).get(changing.get_absolute_url()).content.decode()
    assert "已划到乙街镇乙一居委会" in page
    assert FLOW.take(changing, "withdraw", by=cast.committee, note="已划走").state == "withdrawn"


def test_one_name_is_filed_once_in_a_community(new_filing, cast, sign_in):
    first, second = (actions.enter(new_filing(), by=cast.committee) for _ in range(2))
    for case in (first, second):
        FLOW.take(case, "review", by=cast.committee, note="属实")
    FLOW.take(first, "approve", by=cast.street, note="准予")
    with pytest.raises(ValidationError, match="已有同名的备案团队（备案编号 .*-0001）"):
        FLOW.take(second, "approve", by=cast.street, note="准予")
    answer = sign_in(cast.committee).post("/filings/new/", WHOLE)
    assert "已有同名的备案团队" in str(answer.context["form"].errors["name"])
    other = new_filing()
    other.community, other.street = cast.jia2, cast.jia
    assert actions.enter(other, by=cast.street).state == "committee"


def test_a_name_of_a_field_with_nul_is_refused(cast, sign_in):
    answer = sign_in(cast.committee).post(reverse("filings:new"), {"a\x00b": "x"})
    assert answer.status_code == 400 and not Filing.objects.exists()
