"""Everyday names of streets and committees: each finds exactly its own or offers it, none finds another."""

import csv

import pytest
from django.urls import reverse

from core import undo
from core.scope import Area
from orgs.actions.imports.places import PlaceFinder
from places.actions import CSV, add_alias, load_map, remove_alias
from places.models import Community, PlaceAlias, Street
from places.queries import names
from tests.places.everyday import EVERYDAY

pytestmark = pytest.mark.django_db
EVERYWHERE = Area("all", label="全部")


@pytest.fixture
def district(db):
    load_map()
    return PlaceFinder(EVERYWHERE, community_required=True)


def everyday():
    official: dict[str, list] = {}
    for row in csv.DictReader(CSV.open(encoding="utf-8-sig")):
        official.setdefault(row["street"], []).append(row)
    for (street, written), rows in zip(EVERYDAY.items(), official.values(), strict=True):
        for name, row in zip(written.split(), rows, strict=True):
            yield street, name, row["community_code"], row["community"]


def found(finder, street, name):
    """(street, committee, the sentences of what is wrong, what is offered)."""
    result = finder.find(street, name)
    offered = [wrong.allowed for _, wrong in result.unfit]
    names_ = dict(Community.objects.values_list("pk", "code"))
    return result.street, names_.get(result.community), [w.reason for _, w in result.unfit], "".join(offered)


def test_everyday_name_of_every_committee_finds_it_or_offers_it(district):
    written = list(everyday())
    assert len(written) == 189
    offered = []
    for street, name, code, official in written:
        _, community, reasons, candidates = found(district, street, name)
        if community is None:
            assert official in candidates, (street, name, reasons, candidates)
            offered.append(name)
        else:
            assert community == code, (street, name, community)
    assert offered == ["第五华五", "北宅", "万博花园", "新天地", "纺大", "天五二", "开发区", "机场新村"]


@pytest.mark.parametrize(
    ("street", "official"),
    [
        ("天山街道", "天山路街道"), ("仙霞街道", "仙霞新村街道"), ("程桥街道", "程家桥街道"), ("周桥街道", "周家桥街道"), ("华阳", "华阳路街道"),
        ("虹桥街道办", "虹桥街道"), ("长宁区虹桥街道办事处", "虹桥街道"), ("上海市长宁区新泾镇人民政府", "新泾镇"), ("新泾", "新泾镇"),
        ("北新泾街道", "北新泾街道"), ("华阳路街道\u200b", "华阳路街道"),
    ],
)  # fmt: skip
def test_street_by_its_everyday_name(district, street, official):
    assert district.street_names[district.find(street, "").street] == official


@pytest.mark.parametrize(
    "street", ["虹桥镇", "闵行区虹桥镇", "虹桥镇人民政府", "新泾街道", "北新泾镇", "徐家汇街道", "天山镇"]
)
def test_place_of_another_district_is_never_taken_for_one_of_ours(district, street):
    (field, wrong), *_ = district.find(street, "华一").unfit
    assert (field, wrong.kind) == ("street", "street_unknown")
    assert district.find(street, "华一").street is None


@pytest.mark.parametrize(
    ("street", "name", "kind"),
    [
        ("周家桥街道", "长宁", "community_unknown"), ("周家桥街道", "虹桥", "community_not_in_street"),
        ("仙霞新村街道", "茅台", "community_not_in_street"),
        ("北新泾街道", "新一", "community_unknown"), ("天山路街道", "一村", "community_unknown"), 
        ("天山路街道", "五村", "community_unknown"),
        ("仙霞新村街道", "天山五村", "community_unknown"), ("新泾镇", "华一", "community_not_in_street"), ("虹桥街道", "古北", "community_unknown"),
    ],
)  # fmt: skip
def test_name_that_may_mean_several_or_another_place_is_not_guessed(district, street, name, kind):
    result = district.find(street, name)
    assert result.community is None
    assert [wrong.kind for _, wrong in result.unfit] == [kind]


def test_every_official_name_in_every_usual_form_finds_its_committee(district):
    for row in csv.DictReader(CSV.open(encoding="utf-8-sig")):
        bare = row["community"].removesuffix("居委会")
        for tail in ("居委会", "居委", "居民区", "居民委员会", "社区居委会", "社区", ""):
            for head in ("", row["street"], f"长宁区{row['street']}", f"上海市长宁区{row['street']}"):
                assert found(district, row["street"], head + bare + tail)[1] == row["community_code"], (
                    head + bare + tail
                )


def test_candidates_are_of_the_own_area_only(district):
    street = Street.objects.get(name="天山路街道")
    finder = PlaceFinder(Area("street", street.pk, "天山路街道"), community_required=True)
    (_, wrong), *_ = finder.find("天山路街道", "紫光").unfit
    assert "紫云居委会" in wrong.allowed
    assert finder.find("华阳路街道", "华一").unfit[0][1].kind == "out_of_area"


def test_agreed_name_is_found_until_it_is_taken_back(cast):
    finder = PlaceFinder(EVERYWHERE, community_required=True)
    assert finder.find("甲街", "老甲里").community is None
    alias = add_alias(name="老甲里小区", street=cast.jia, community=cast.jia1, by=cast.street)
    add_alias(name="甲字街道", street=cast.jia, by=cast.officer)
    finder = PlaceFinder(EVERYWHERE, community_required=True)
    assert finder.find("甲字街道", "老甲里小区").community == cast.jia1.pk
    assert finder.find("甲街", "甲街街道老甲里小区居委会").community == cast.jia1.pk
    event = PlaceAlias.pgh_event_model.objects.filter(pgh_obj_id=alias.pk).latest("pgh_id")
    assert event.pgh_context.metadata["words"] == "登记别名"
    undo.undo(str(event.pgh_context_id), cast.street)
    assert PlaceFinder(EVERYWHERE, community_required=True).find("甲街", "老甲里小区").community is None
    alias = add_alias(name="老甲里小区", street=cast.jia, community=cast.jia1, by=cast.street)
    remove_alias(alias=alias, by=cast.street)
    assert not PlaceAlias.objects.filter(community=cast.jia1).exists()


def test_alias_never_hides_an_official_name_and_is_said_once(cast, sign_in):
    client = sign_in(cast.street)
    url = reverse("places:aliases")
    page = client.post(url, {"name": "甲二", "place": f"c{cast.jia1.pk}"}).content.decode()
    assert "“甲二居委会”就叫这个名称" in page
    assert client.post(url, {"name": "老甲里", "place": f"c{cast.jia1.pk}"}).status_code == 302
    page = client.post(url, {"name": "老甲里", "place": f"c{cast.jia2.pk}"}).content.decode()
    assert "本街镇已有这个别名" in page
    assert PlaceAlias.objects.count() == 1


def test_a_street_agrees_on_names_of_its_own_committees_only(cast, sign_in):
    url = reverse("places:aliases")
    client = sign_in(cast.street)
    page = client.get(url, {"name": "甲壹"}).content.decode()
    assert "甲一居委会" in page and "乙一居委会" not in page and 'value="甲壹"' in page
    assert client.post(url, {"name": "x里", "place": f"c{cast.yi1.pk}"}).status_code == 200
    assert client.post(url, {"name": "x街", "place": f"s{cast.jia.pk}"}).status_code == 200
    assert not PlaceAlias.objects.exists()
    other = add_alias(name="乙里", street=cast.yi, community=cast.yi1, by=cast.officer)
    assert client.post(reverse("places:alias_remove", args=[other.pk])).status_code == 404
    assert "乙里" not in client.get(url).content.decode()
    assert sign_in(cast.committee).get(url).status_code == 403


def test_fault_of_a_place_leads_to_its_alias_and_back(cast, sign_in):
    url = reverse("places:aliases")
    client = sign_in(cast.street)
    answer = client.post(f"{url}?next=/orgs/import/7/", {"name": "老甲里", "place": f"c{cast.jia1.pk}"})
    assert answer["Location"] == "/orgs/import/7/"
    answer = client.post(f"{url}?next=https://example.com/", {"name": "老乙里", "place": f"c{cast.jia1.pk}"})
    assert answer["Location"] == url


def test_names_have_one_key_however_they_are_written():
    assert names.community_key("绿园新村第１２居委会") == names.community_key("绿园新村第十二居民区")
    assert names.street_key("上海市长宁区华阳路街道办事处") == names.street_key("华阳路") == "华阳路"
    assert names.street_kind("虹桥镇") == "镇" and names.street_kind("虹桥") == ""
