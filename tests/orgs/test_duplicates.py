"""Records that may be one organisation: found at night, asked about on entry, merged and parted again."""

import datetime
import io
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core import undo
from core.models import Undone
from orgs.actions import duplicates, register
from orgs.choices import PairState
from orgs.models import Activity, DuplicatePair, MergedOrganization, Organization
from orgs.queries.duplicates import likely
from orgs.queries.register import timeline
from tests.conftest import credit_code
from tests.orgs.planted_pairs import plant

pytestmark = pytest.mark.django_db


def test_of_2000_with_40_planted_pairs_at_least_38_are_found_and_at_most_8_are_false(db):
    planted = plant(2_000, 40)
    read, found = duplicates.find()
    pairs = set(DuplicatePair.objects.values_list("a", "b"))
    assert (read, found) == (2_000, len(pairs))
    assert len(planted & pairs) >= 38
    assert len(pairs - planted) <= 8


# ---- the night ----------------------------------------------------------------------------------------------


def looks(make_org, first: dict, second: dict) -> list[str]:
    """The reasons for which two records are proposed; empty when they are not."""
    common = {"leader_name": "", "contact_phone": ""}
    make_org(**(common | first))
    make_org(**(common | second))
    duplicates.find()
    pair = DuplicatePair.objects.first()
    return pair.reasons if pair else []


@pytest.mark.parametrize(
    ("first", "second", "reasons"),
    [
        ("春晖ABC合唱队", "春晖ＡＢＣ合唱队", ["name"]),
        ("春晖（爱心）合唱队", "春晖【爱心】合唱队", ["name"]),
        ("春晖合唱队", "甲街街道春晖合唱队", ["short"]),
        ("春晖合唱队", "上海市甲区甲街春晖合唱队", ["short"]),
        ("春晖合唱队", "春晖合唱队（甲街街道）", ["short"]),
        ("上海市甲区甲街街道春晖合唱队", "上海春晖合唱队", ["short"]),
        ("春晖合唱队", "春辉和唱队", ["sound"]),
        ("甲街街道春晖合唱队", "春辉合唱队", ["sound"]),
        ("春晖合唱队", "秋月书画社", []),
        ("春晖合唱队", "春晖合唱一队", []),
    ],
)
def test_names_that_look_alike_are_proposed(first, second, reasons, make_org):
    assert looks(make_org, {"name": first}, {"name": second}) == reasons


def test_same_phone_and_leader_in_one_street_are_proposed_in_two_streets_not(make_org, cast):
    same = {"leader_name": "张三", "contact_phone": "13800001234"}
    assert looks(
        make_org, same | {"name": "春晖合唱队"}, same | {"name": "秋月书画社", "community": cast.jia2}
    ) == ["phone", "leader"]
    Organization.objects.filter(name="秋月书画社").update(
        street=cast.yi, community=cast.yi1, updated_at=timezone.now()
    )
    duplicates.find()
    assert not DuplicatePair.objects.exists()


def test_the_same_name_in_two_streets_is_another_body_unless_registered(make_org, cast):
    assert looks(make_org, {"name": "太极拳队"}, {"name": "太极拳队", "community": cast.yi1}) == []
    tier = {"name": "甲区公益中心", "tier": "registered"}
    assert looks(make_org, tier, tier | {"community": cast.yi1}) == ["name"]


def test_a_name_that_many_of_a_street_bear_says_nothing(make_org, cast):
    for _ in range(duplicates.MOST_ALIKE + 1):
        make_org("舞蹈队伍", leader_name="", contact_phone="")
    assert duplicates.find() == (duplicates.MOST_ALIKE + 1, 0)


def test_only_what_was_saved_since_is_read_and_compared_with_all(make_org):
    old = make_org("春晖合唱队")
    Organization.objects.update(updated_at=timezone.now() - datetime.timedelta(days=3))
    new = make_org("甲街春晖合唱队")
    since = timezone.now() - datetime.timedelta(days=1)
    assert duplicates.find(since) == (1, 1)
    assert DuplicatePair.objects.values_list("a", "b").get() == (old.pk, new.pk)
    assert duplicates.find(since) == (1, 0)


def test_a_pair_that_is_none_any_more_goes_and_one_that_was_decided_stays(make_org, cast):
    _, second = make_org("春晖合唱队"), make_org("甲街春晖合唱队")
    duplicates.find()
    second.name = "秋月书画社"
    register.edit(second, version=1, by=cast.officer)
    assert duplicates.find() == (2, 0)
    assert not DuplicatePair.objects.exists()
    second.name = "甲街春晖合唱队"
    register.edit(second, version=2, by=cast.officer)
    duplicates.find()
    duplicates.not_duplicate(DuplicatePair.objects.get(), by=cast.officer, note="两支队伍")
    assert duplicates.find() == (2, 0)
    assert DuplicatePair.objects.get().state == PairState.DISTINCT


# ---- on entry -----------------------------------------------------------------------------------------------


def form_data(cast, **more):
    return {
        "name": "甲街春晖合唱队", "category": "culture", "street": cast.jia.pk, "community": cast.jia1.pk, "member_count": 12,
        "leader_name": "李四", "activity_content": "合唱", "tier": "team",
    } | more  # fmt: skip


def test_a_likely_duplicate_is_shown_before_it_is_entered_and_the_answer_is_remembered(
    make_org, cast, sign_in
):
    there = make_org("春晖合唱队")
    client = sign_in(cast.street)
    page = client.post(reverse("orgs:create"), form_data(cast)).content.decode()
    assert reverse("orgs:detail", args=[there.pk]) in page
    assert "简称相同" in page and "仍然新增" in page and "李四" in page
    assert Organization.objects.count() == 1
    assert client.post(reverse("orgs:create"), form_data(cast, not_duplicate="1")).status_code == 302
    pair = DuplicatePair.objects.get()
    assert (pair.state, pair.decided_by) == (PairState.DISTINCT, cast.street)
    assert duplicates.find()[1] == 0


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_lies_outside_the_area_is_neither_counted_nor_shown(make_org, cast, sign_in, elsewhere):
    if elsewhere:
        make_org("甲街春晖合唱队", community=cast.jia2, leader_name="李四", contact_phone="13800138000")
    client = sign_in(cast.committee)
    response = client.post(reverse("orgs:create"), form_data(cast, tier="group"), follow=True)
    assert [str(m) for m in response.context["messages"]] == ["已新增“甲街春晖合唱队”。"]
    assert Organization.objects.filter(name="甲街春晖合唱队").count() == 1 + elsewhere


def test_asking_takes_one_statement_for_the_candidates(make_org, cast, django_assert_num_queries):
    make_org("春晖合唱队")
    new = Organization(
        name="春晖合唱队", tier="team", street=cast.jia, community=cast.jia1, leader_name="李四"
    )
    with django_assert_num_queries(
        3
    ):  # the streets of the district, the candidates, those of them that may be seen
        assert [w for _, w in likely(cast.street, new).rows] == ["同名"]


# ---- merging ------------------------------------------------------------------------------------------------


@pytest.fixture
def two(make_org, cast):
    """(registered with a code, its twin with more in it, their pair)."""
    day = datetime.date(2026, 5, 1)
    first = make_org("春晖合唱队", contact_phone="13800001111", leader_name="张三")
    second = make_org(
        "甲街春晖合唱队", community=cast.jia2, contact_phone="13800002222", leader_name="李四", filing_no="A-1",
        activity_place="睦邻中心",
    )  # fmt: skip
    register.record_activity(first, name="演出", held_on=day, by=cast.officer)
    register.record_activity(second, name="演出", held_on=day, by=cast.officer)
    register.record_activity(second, name="培训", held_on=day + datetime.timedelta(days=9), by=cast.officer)
    duplicates.find()
    first.refresh_from_db()
    second.refresh_from_db()
    return first, second, DuplicatePair.objects.get()


def merge(two, cast, **more):
    first, second, pair = two
    asked = {
        "keep": first,
        "take": {"filing_no", "place"},
        "versions": {first.pk: 1, second.pk: 1},
        "by": cast.street,
    }
    return duplicates.merge(pair, **(asked | more))


def state() -> tuple:
    """All that a merge touches."""
    keep = [
        f.attname
        for f in Organization._meta.concrete_fields
        if f.name not in ("version", "updated_at", "created_at")
    ]
    return (
        list(Organization.objects.order_by("pk").values_list(*keep)),
        list(Activity.objects.order_by("pk").values_list("pk", "organization", "name", "held_on")),
        list(DuplicatePair.objects.order_by("pk").values_list("pk", "a", "b", "state")),
        list(MergedOrganization.objects.values_list("old", "kept")),
    )


def test_merging_keeps_the_chosen_values_all_activities_and_both_histories(two, cast, sign_in):
    first, second, _ = two
    kept = merge(two, cast)
    kept.refresh_from_db()
    assert (kept.pk, kept.name, kept.leader_name, kept.filing_no, kept.community) == (
        first.pk, "春晖合唱队", "张三", "A-1", cast.jia2
    )  # fmt: skip
    assert not Organization.objects.filter(pk=second.pk).exists()
    assert sorted(kept.activities.values_list("name", flat=True)) == ["培训", "演出"]
    assert str(kept.last_active_on) == "2026-05-10"
    assert not DuplicatePair.objects.exists()
    told = [(e["verb"], e.get("of", "")) for e in timeline(kept)]
    assert ("合并", "") in told and ("合并", "甲街春晖合唱队") in told and ("新增", "甲街春晖合唱队") in told
    response = sign_in(cast.street).get(reverse("orgs:detail", args=[second.pk]))
    assert (response.status_code, response.url) == (302, reverse("orgs:detail", args=[first.pk]))
    assert sign_in(cast.other_street).get(reverse("orgs:detail", args=[second.pk])).status_code == 404


def test_an_undone_merge_leaves_both_as_they_were(two, cast, sign_in):
    before = state()
    merge(two, cast)
    act = timeline(two[0])[0]["context"]
    done = undo.undo(act, cast.street)
    assert done.left_total == 0
    assert state() == before
    assert sign_in(cast.street).get(reverse("orgs:detail", args=[two[1].pk])).status_code == 200
    assert duplicates.find()[1] == 0
    again = Undone.objects.get().by_act
    undo.undo(again, cast.street)
    assert not Organization.objects.filter(pk=two[1].pk).exists()
    assert Organization.objects.get(pk=two[0].pk).filing_no == "A-1"


def test_a_survivor_that_was_changed_since_is_listed_and_can_be_forced(two, cast):
    before = state()
    kept = merge(two, cast)
    kept.leader_name = "王五"
    register.edit(kept, version=kept.version, by=cast.officer)
    act = MergedOrganization.pgh_event_model.objects.get(pgh_label="insert").pgh_context_id
    row = undo.plan(act).parts[0].left[0]
    assert (row["name"], row["later"][0]["who"], row["later"][0]["fields"]) == (
        "春晖合唱队",
        "区民政",
        ["负责人"],
    )
    undo.undo(act, cast.street, take=[r["key"] for r in undo.plan(act).parts[0].left])
    assert [o[0] for o in state()[0]] == [o[0] for o in before[0]]
    assert Organization.objects.get(pk=two[0].pk).leader_name == "王五"
    assert Organization.objects.get(pk=two[1].pk).filing_no == "A-1"


def test_a_merge_on_what_somebody_changed_meanwhile_is_refused(two, cast):
    register.change_status(two[1], status="stopped", reason="停", by=cast.officer)
    with pytest.raises(duplicates.Refused, match="有人修改过其中一个组织"):
        merge(two, cast)
    assert Organization.objects.count() == 2


def test_a_merge_that_leads_to_nonsense_is_refused_with_the_sentence(two, cast):
    Organization.objects.filter(pk=two[0].pk).update(party_member_count=15)
    Organization.objects.filter(pk=two[1].pk).update(member_count=12)
    with pytest.raises(duplicates.Refused, match="党员数不能多于参加人数"):
        merge(two, cast, take={"member_count"})
    assert Organization.objects.count() == 2


def test_a_code_may_pass_from_one_to_the_other(make_org, cast):
    code = credit_code(4242)
    first = make_org("甲区公益中心", tier="registered")
    second = make_org("甲区公益中心", tier="registered", credit_code=code)
    duplicates.find()
    asked = {"take": {"credit_code"}, "versions": {}, "by": cast.officer}
    kept = duplicates.merge(DuplicatePair.objects.get(), keep=first, **asked)
    assert Organization.objects.get().credit_code == code
    undo.undo(timeline(kept)[0]["context"], cast.officer)
    assert Organization.objects.get(pk=second.pk).credit_code == code


def test_what_was_said_of_the_one_that_goes_holds_for_the_one_that_stays(two, make_org, cast):
    third = make_org("甲街街道春晖合唱队")
    duplicates.find()
    other = DuplicatePair.objects.get(a=two[1], b=third)
    duplicates.not_duplicate(other, by=cast.officer, note="两支队伍")
    merge(two, cast)
    duplicates.find()
    assert list(DuplicatePair.objects.values_list("a", "b", "state")) == [
        (two[0].pk, third.pk, "not_duplicate")
    ]


# ---- screens ------------------------------------------------------------------------------------------------


def test_a_pair_is_seen_by_whoever_sees_both(two, cast, sign_in):
    url = reverse("orgs:duplicate", args=[two[2].pk])
    listing = reverse("orgs:duplicates")
    for who, status, count in (
        ("officer", 200, 1),
        ("street", 200, 1),
        ("committee", 404, 0),
        ("other_street", 404, 0),
    ):
        client = sign_in(getattr(cast, who))
        assert client.get(url).status_code == status
        assert client.get(listing).context["count"] == count
    assert sign_in(cast.leader).get(url).status_code == 403


def test_side_by_side_merges_by_the_form_alone(two, cast, sign_in):
    first, second, pair = two
    client = sign_in(cast.street)
    url = reverse("orgs:duplicate", args=[pair.pk])
    page = client.get(url).content.decode()
    assert "138****1111" in page and "13800001111" not in page and "睦邻中心" in page
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields} | {
        "keep": "a",
        "field_leader_name": "b",
        "note": "电话核实",
    }
    response = client.post(url, data)
    assert response.url == reverse("orgs:detail", args=[first.pk])
    first.refresh_from_db()
    assert first.leader_name == "李四"
    entry = timeline(first)[0]
    assert entry["reason"] == "“甲街春晖合唱队”并入“春晖合唱队”：电话核实"
    assert client.post(url, data).status_code == 404


def test_not_a_duplicate_is_remembered_and_can_be_undone(two, cast, sign_in):
    client = sign_in(cast.street)
    client.post(reverse("orgs:duplicate_distinct", args=[two[2].pk]), {"note": "两支队伍"})
    assert client.get(reverse("orgs:duplicates"), {"state": "open"}).context["count"] == 0
    page = client.get(reverse("orgs:duplicate", args=[two[2].pk])).content.decode()
    assert "甲街经办" in page and "两支队伍" in page
    act = client.get(reverse("acts:list")).context["acts"][0]
    assert act.words == "确认不是重复"
    client.post(act.url)
    assert DuplicatePair.objects.get().state == PairState.OPEN


def test_the_to_do_list_counts_the_open_pairs(two, cast, sign_in):
    client = sign_in(cast.street)
    entry = next(e for e in client.get("/").context["entries"] if e.title == "疑似重复")
    assert client.get(entry.url).context["count"] == entry.count == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_one_wins_and_the_other_is_told(two, cast):
    start, outcomes = threading.Barrier(2), []

    def run(keep):
        start.wait(10)
        try:
            outcomes.append(merge(two, cast, keep=keep, versions={}).pk)
        except duplicates.Refused as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(keep,)) for keep in two[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(o).__name__ for o in outcomes) == ["int", "str"]
    assert "已经有人处理过" in next(o for o in outcomes if isinstance(o, str))
    assert Organization.objects.count() == 1
    assert Activity.objects.count() == 2


def test_check_scope_agrees_on_pairs_within_and_across_areas(make_org, cast):
    for community in (cast.jia1, cast.jia1, cast.jia2, cast.yi1, cast.yi1):
        make_org("春晖合唱队", community=community, tier="registered")
    duplicates.find()
    assert DuplicatePair.objects.count() == 10
    call_command("check_scope", stdout=io.StringIO())
