"""Search finds an organisation by whatever a person remembers of it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.lists import views as lists
from core.lists.paging import KeysetPage
from orgs import search
from orgs.choices import Tier
from orgs.models import Organization
from orgs.queries import register

NAME = "长宁路（曙光）民乐队"
CODE = "52310105MJ9177119K"


@pytest.fixture
def shelf(make_org):
    return [
        make_org(NAME),
        make_org("华山银杏合唱队"),
        make_org("Ｅ家亲编结社"),
        make_org("单家桥解忧小组", tier=Tier.GROUP),
        make_org("上海长宁暖芳服务中心", tier=Tier.REGISTERED, credit_code=CODE),
        make_org("西镇剪纸社", filing_no="310105004-2024-0017"),
    ]


def found(text: str) -> set[str]:
    rows, _ = register.matching(Organization.objects.all(), text)
    return set(rows.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("曙光", NAME),
        ("光", NAME),
        ("宁路曙光民", NAME),  # brackets do not matter
        ("银杏合唱", "华山银杏合唱队"),
        ("shuguang", NAME),
        ("ShuGuang", NAME),
        ("yinxing", "华山银杏合唱队"),
        ("yinxin", "华山银杏合唱队"),  # while the last syllable is being typed
        ("sgmyd", NAME),
        ("hsyx", "华山银杏合唱队"),
        ("changning", NAME),
        ("zhangning", NAME),  # 长 is read in two ways
        ("minyue", NAME),
        ("minle", NAME),
        ("shanjia", "单家桥解忧小组"),
        ("danjia", "单家桥解忧小组"),
        ("jieyou", "单家桥解忧小组"),
        ("E家亲", "Ｅ家亲编结社"),
        ("ｅ家", "Ｅ家亲编结社"),
        (CODE, "上海长宁暖芳服务中心"),
        (CODE.lower(), "上海长宁暖芳服务中心"),
        ("５２３１０１０５ＭＪ９１７７１１９Ｋ", "上海长宁暖芳服务中心"),
        ("5231 0105 MJ91 7711 9K", "上海长宁暖芳服务中心"),
        (CODE[-6:], "上海长宁暖芳服务中心"),
        (CODE[-6:].lower(), "上海长宁暖芳服务中心"),
        ("310105004-2024-0017", "西镇剪纸社"),
    ],
)
def test_an_organisation_is_found_by_any_part_that_one_remembers(shelf, text, name):
    assert name in found(text)


@pytest.mark.parametrize("text", ["不存在", "zzzz", "999999", "光曙", "%", "_"])
def test_nothing_is_found_for_what_no_name_contains(shelf, text):
    assert found(text) == set()


def test_blank_text_leaves_the_list_as_it_is(shelf):
    assert len(found("   ")) == len(shelf)


@pytest.mark.parametrize("text", ["社", "队", "长宁", "sh", "changning"])
def test_every_way_of_searching_shows_the_same_page(shelf, cast, sign_in, monkeypatch, text):
    client = sign_in(cast.officer)

    def page(tier=""):
        context = client.get("/orgs/", {"q": text, "tier": tier}).context
        return context["ids"], context["view"].walked, context["tabs"][0].get("count"), context["count"]

    few = page()
    assert few[0]
    assert few[1] is False  # few hits are sorted, not walked to
    few_of_tier = page("team")
    monkeypatch.setattr(lists, "RARE", 0)  # too many to sort in memory
    assert page() == (few[0], True, *few[2:])
    assert page("team")[0] == few_of_tier[0]
    monkeypatch.setattr(register, "MANY", 0)  # too many even to look
    assert page() == (few[0], True, None, lists.COUNT_LIMIT)
    assert page("team")[0] == few_of_tier[0]


def test_a_search_for_few_pages_on_and_back_without_a_gap(shelf, cast, sign_in):
    client = sign_in(cast.officer)
    query = Organization.objects.all()
    keys = {"path": "sort_key", "size": 2, "walked": False}
    whole = list(query.order_by("sort_key", "pk").values_list("pk", flat=True))
    seen, token = [], ""
    while True:
        page = KeysetPage(query, token=token, **keys)
        seen += [pk for (pk,) in page.rows([])]
        if not page.next:
            break
        token = page.next
    assert seen == whole
    back = KeysetPage(query, token=page.previous, **keys)
    assert [pk for (pk,) in back.rows([])] == whole[-4:-2]
    assert client.get("/orgs/", {"q": "没有这个名字"}).context["count"] == 0


def test_the_search_itself_reads_no_row(shelf):
    with CaptureQueriesContext(connection) as captured:
        register.matching(Organization.objects.all(), "曙光")
    assert len(captured) == 1  # an estimate


@pytest.mark.parametrize(
    ("needle", "expected"), [("光", True), ("曙光", True), ("曙光民", False), ("sg", False), ("光a", False)]
)
def test_one_or_two_characters_need_no_second_look(needle, expected):
    assert search.exact(needle) is expected


def test_names_sort_by_sound_syllable_by_syllable():
    names = ["曾家桥社", "安龙队", "昂立队", "阿毛队"]
    assert sorted(names, key=search.sort_key) == ["阿毛队", "安龙队", "昂立队", "曾家桥社"]


def test_full_width_and_half_width_names_are_one_name():
    assert search.normalise("Ｅ家亲（一）社") == search.normalise("E家亲(一)社")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("𠮷祥合唱队", "jixiang"),
        ("二〇二四迎春队", "erlingersi"),
        ("𬭚于书画社", "chunyu"),
        ("䶮山棋社", "yanshan"),
    ],
)
def test_rare_characters_have_a_sound(make_org, name, typed):
    make_org(name)
    assert found(typed) == {name}
    assert found(name[:1]) == {name}
    assert all(c.isascii() for c in search.sort_key(name).replace(" ", ""))


def test_dot_within_a_name_is_one_dot_however_it_is_typed():
    assert len({search.normalise(f"阿依{dot}古丽") for dot in "·•・‧∙⋅･."}) == 1
    assert search.normalise("合\u200b唱\ufeff队") == "合唱队"


def test_character_of_the_senders_own_is_told_in_a_form(make_org):
    organization = make_org()
    organization.name = "王\ue863"
    with pytest.raises(ValidationError, match=r"U\+E863"):
        organization.full_clean()
