"""The register through the test client: who sees what, what is saved, what the timeline says."""

import pytest
from django.urls import reverse

from core.jobs import exports
from core.models import AuditEvent
from orgs.choices import Tier
from orgs.models import Organization
from orgs.queries.register import timeline
from orgs.views.register import OrganizationList
from tests.conftest import credit_code

pytestmark = pytest.mark.django_db
LIST = "/orgs/"


def names(response) -> set[str]:
    return set(Organization.objects.filter(pk__in=response.context["ids"]).values_list("name", flat=True))


@pytest.fixture
def three(make_org, cast):
    return (
        make_org("甲一合唱队", community=cast.jia1),
        make_org("甲二书画社", community=cast.jia2),
        make_org("乙一太极队", community=cast.yi1),
    )


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("officer", {"甲一合唱队", "甲二书画社", "乙一太极队"}),
        ("leader", {"甲一合唱队", "甲二书画社", "乙一太极队"}),
        ("street", {"甲一合唱队", "甲二书画社"}),
        ("other_street", {"乙一太极队"}),
        ("committee", {"甲一合唱队"}),
    ],
)
def test_list_shows_only_the_own_area(who, seen, three, cast, sign_in):
    response = sign_in(getattr(cast, who)).get(LIST)
    assert names(response) == seen
    assert response.context["count"] == len(seen)


@pytest.mark.parametrize("who", ["department", "assessor", "sysadmin", "secadmin", "auditor"])
def test_list_is_refused_with_a_reason_to_roles_without_business_data(who, three, cast, sign_in):
    response = sign_in(getattr(cast, who)).get(LIST)
    assert response.status_code == 403
    assert "不能查看组织名册" in response.content.decode()
    assert AuditEvent.objects.filter(kind="denied", user=getattr(cast, who)).count() == 1


@pytest.mark.parametrize("page", ["detail", "edit", "status", "promote", "add_activity"])
def test_pages_of_an_organisation_outside_the_area_are_404(page, three, cast, sign_in):
    url = reverse(f"orgs:{page}", args=[three[2].pk])
    client = sign_in(cast.street)
    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": "x"}).status_code == 404


def exported(user, folder):
    """The workbook that the export centre makes for a person."""
    exports.write(OrganizationList.seen_by(user, ""), folder / "list.xlsx")
    return folder / "list.xlsx"


def test_export_holds_the_rows_of_the_list_without_phones(three, cast, read_xlsx, tmp_path):
    rows = read_xlsx(exported(cast.street, tmp_path))
    header = rows[2]
    found = {dict(zip(header, row, strict=True))["名称"] for row in rows[3:]}
    assert found == {"甲一合唱队", "甲二书画社"}
    assert "联系电话" not in header


def test_a_formula_in_a_name_leaves_as_text(make_org, cast, read_xlsx, tmp_path):
    make_org('=HYPERLINK("http://127.0.0.1/x","点击")')
    rows = read_xlsx(exported(cast.officer, tmp_path))
    assert rows[3][1] == '=HYPERLINK("http://127.0.0.1/x","点击")'


def test_number_of_queries_does_not_depend_on_the_number_of_rows(
    make_org, cast, sign_in, django_assert_num_queries
):
    client = sign_in(cast.officer)
    make_org()
    client.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(LIST, {"size": 25})
    for _ in range(30):
        make_org()
    for size in (25, 100, 200):
        with django_assert_num_queries(LIST_QUERIES):
            client.get(LIST, {"size": size})


LIST_QUERIES = 6


def form_data(cast, **more):
    return {
        "name": "甲一健身队", "category": "culture", "street": cast.jia.pk, "community": cast.jia1.pk, "member_count": 12,
        "leader_name": "李四", "activity_content": "健身", "tier": "team",
    } | more  # fmt: skip


def test_create_saves_a_team_and_its_history(cast, sign_in):
    response = sign_in(cast.street).post(reverse("orgs:create"), form_data(cast))
    organization = Organization.objects.get(name="甲一健身队")
    assert response.status_code == 302
    assert [(e["verb"], e["who"]) for e in timeline(organization)] == [("新增", "甲街经办")]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"member_count": 6}, "备案团队至少 10 人"),
        ({"name": ""}, "请填写"),
        ({"party_member_count": 13}, "党员数不能多于参加人数"),
    ],
)
def test_create_with_a_fault_keeps_what_was_typed_and_says_why(change, sentence, cast, sign_in):
    response = sign_in(cast.street).post(reverse("orgs:create"), form_data(cast, **change))
    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert "李四" in page
    assert Organization.objects.count() == 0


def test_create_in_a_foreign_street_is_refused(cast, sign_in):
    response = sign_in(cast.street).post(
        reverse("orgs:create"), form_data(cast, street=cast.yi.pk, community=cast.yi1.pk)
    )
    assert response.status_code == 200
    assert Organization.objects.count() == 0


def test_two_people_never_overwrite_each_other_silently(make_org, cast, sign_in):
    organization = make_org("甲一合唱队", tier=Tier.GROUP, activity_content="合唱")
    url = reverse("orgs:edit", args=[organization.pk])
    first = form_data(cast, name="甲一合唱队", member_count=30, version=1)
    second = form_data(cast, name="甲一合唱队", member_count=40, version=1)
    assert sign_in(cast.street).post(url, first).status_code == 302
    response = sign_in(cast.officer).post(url, second)
    page = response.content.decode()
    assert response.status_code == 409
    assert "甲街经办" in page and "30" in page and "40" in page
    organization.refresh_from_db()
    assert organization.member_count == 30


def test_change_of_status_needs_a_reason_and_shows_in_the_timeline(make_org, cast, sign_in):
    organization = make_org()
    url = reverse("orgs:status", args=[organization.pk])
    client = sign_in(cast.street)
    assert client.post(url, {"status": "stopped"}).status_code == 200
    assert client.post(url, {"status": "stopped", "reason": "人员搬离"}).status_code == 302
    entry = timeline(organization)[0]
    assert (entry["verb"], entry["reason"], entry["changes"]) == (
        "变更状态", "人员搬离", [("状态", "已备案", "停止活动")]
    )  # fmt: skip


def test_promotion_keeps_the_record_through_all_three_tiers(make_org, cast, sign_in):
    organization = make_org("甲一棋社", tier=Tier.GROUP, member_count=12)
    url = reverse("orgs:promote", args=[organization.pk])
    client = sign_in(cast.officer)
    client.post(url, {"filing_no": "999901001-2026-0001", "reason": "成员稳定"})
    client.post(
        url, {"credit_code": credit_code(777), "legal_form": "service_agency", "reason": "达到登记条件"}
    )
    organization.refresh_from_db()
    assert (organization.tier, organization.status, organization.filing_no) == (
        Tier.REGISTERED, "normal", "999901001-2026-0001"
    )  # fmt: skip
    assert [e["verb"] for e in timeline(organization)] == ["升级", "升级", "新增"]


def test_a_group_with_too_few_members_cannot_become_a_team(make_org, cast, sign_in):
    organization = make_org(tier=Tier.GROUP, member_count=6)
    response = sign_in(cast.officer).post(reverse("orgs:promote", args=[organization.pk]), {"reason": "x"})
    assert "现有成员 6 人，备案团队至少 10 人" in response.content.decode()
    organization.refresh_from_db()
    assert organization.tier == Tier.GROUP


@pytest.mark.parametrize(
    ("code", "note", "accepted"),
    [
        (credit_code(5), "", True),
        (credit_code(5).lower(), "", True),
        (credit_code(5)[:17] + "9", "", False),
        (credit_code(5)[:17] + "9", "早期试点代码，已核对证书", True),
        ("91350100M000100Y43", "已核对", False),
        ("5231O105MJ49000138", "", False),
    ],
)
def test_credit_code_is_checked_and_overridden_only_with_a_reason(code, note, accepted, cast, sign_in):
    data = form_data(
        cast, tier="registered", credit_code=code, credit_code_note=note, legal_form="service_agency"
    )
    response = sign_in(cast.officer).post(reverse("orgs:create"), data)
    assert (response.status_code == 302) is accepted
    assert Organization.objects.count() == int(accepted)


def test_an_activity_moves_the_last_activity_date(make_org, cast, sign_in):
    organization = make_org()
    client = sign_in(cast.committee)
    url = reverse("orgs:add_activity", args=[organization.pk])
    client.post(url, {"name": "社区演出", "held_on": "2026-01-05", "attendance": 40})
    organization.refresh_from_db()
    assert str(organization.last_active_on) == "2026-01-05"
    assert client.post(url, {"name": "社区演出", "held_on": "2026-01-05"}).status_code == 200
    assert organization.activities.count() == 1


def test_phone_is_masked_on_the_list_and_the_detail(make_org, cast, sign_in):
    organization = make_org(contact_phone="13800001234")
    client = sign_in(cast.officer)
    for url in (LIST, reverse("orgs:detail", args=[organization.pk])):
        page = client.get(url).content.decode()
        assert "138****1234" in page
        assert "13800001234" not in page


def test_names_are_escaped(make_org, cast, sign_in):
    make_org("<script>alert(1)</script>")
    assert "<script>alert(1)" not in sign_in(cast.officer).get(LIST).content.decode()
