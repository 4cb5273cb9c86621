"""The committees' page of groups: confirmed in one list, and what is missing before one is filed."""

import datetime

import pytest
from django.urls import reverse

from core.casework import todo
from core.models import Job, Parameter
from filings import policy
from filings.actions import groups as actions
from filings.models import YearlyConfirmation
from filings.queries import groups
from filings.views.groups import GroupList, confirmed_already
from orgs.actions import register
from orgs.actions.setup import load_dictionaries
from orgs.models import Organization, StatusChange

TODAY = datetime.date.today()


@pytest.fixture
def asked_now(db):
    """The month from which confirmation is asked for has come."""
    Parameter.objects.create(
        key="filings.confirm_from", value=TODAY.month, effective_from=TODAY, legal_basis="测试"
    )


@pytest.fixture
def group(make_org, cast):
    def make(activities=0, **fields):
        whole = {
            "contact_phone": "13800001111",
            "activity_content": "唱歌",
            "activity_place": "活动室",
            "frequency": "每周一次",
        }
        made = make_org(tier="group", **(whole | fields))
        for n in range(activities):
            register.record_activity(
                made, name=f"活动{n}", held_on=TODAY - datetime.timedelta(days=n + 1), by=cast.committee
            )
        return made

    return make


def test_a_committee_is_asked_for_as_many_groups_as_the_list_has(group, make_org, cast, asked_now, sign_in):
    groups_here = [group() for _ in range(3)]
    make_org(tier="group", community=cast.jia2)
    make_org(tier="group", status="stopped")
    entry = next(e for e in todo.entries(cast.committee, TODAY) if e.title == "小组年度确认")
    page = sign_in(cast.committee).get(entry.url)
    assert entry.count == page.context["count"] == 3
    actions.confirm([groups_here[0].pk], by=cast.committee, note="仍在活动")
    entry = next(e for e in todo.entries(cast.committee, TODAY) if e.title == "小组年度确认")
    assert entry.count == 2


def test_before_the_month_nobody_is_asked(group, cast):
    group()
    month = 12 if TODAY.month < 12 else 1
    Parameter.objects.create(
        key="filings.confirm_from", value=month, effective_from=TODAY, legal_basis="测试"
    )
    asked = "小组年度确认" in [e.title for e in todo.entries(cast.committee, TODAY)]
    assert asked is (TODAY.month >= month)


def test_confirmed_once_a_year_with_the_members_of_that_day(group, cast):
    one = group(member_count=14)
    actions.confirm([one.pk], by=cast.committee, note="仍在活动")
    actions.confirm([one.pk], by=cast.street, note="再来一次")
    confirmed = YearlyConfirmation.objects.get()
    assert (confirmed.member_count, confirmed.confirmed_by, confirmed.year) == (
        14,
        cast.committee,
        TODAY.year,
    )
    view = GroupList.seen_by(cast.committee, "")
    assert confirmed_already(view.rows(), cast.committee, {}) == {one.pk: "本年度已经确认"}


def test_a_smuggled_group_of_elsewhere_is_not_confirmed(make_org, cast):
    actions.confirm([make_org(tier="group", community=cast.yi1).pk], by=cast.committee, note="越权")
    assert not YearlyConfirmation.objects.exists()


def test_who_does_not_meet_any_more_is_asked_for_at_the_street(group, cast):
    one, two = group(), group()
    assert actions.ask_to_stop([one.pk, two.pk], by=cast.committee, reason="已不活动") == {}
    assert StatusChange.objects.filter(status="stopped", state="pending").count() == 2
    left = actions.ask_to_stop([one.pk], by=cast.committee, reason="再来")
    assert "没办完" in left[one.pk]


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({"member_count": 6}, "成员"), ({"contact_phone": ""}, "负责人"), ({"activity_content": ""}, "活动内容"),
        ({"frequency": ""}, "时间地点"), ({"activities": 2}, "近一年活动"), ({"name": "中华书画研究会"}, "名称"),
    ],
)  # fmt: skip
def test_each_missing_condition_is_named_and_the_way_is_closed(changed, label, group, cast, sign_in):
    load_dictionaries()
    one = group(**({"activities": 5} | changed))
    actions.confirm([one.pk], by=cast.committee, note="仍在活动")
    found = [name for name, why in groups.readiness(groups.one(cast.committee, one.pk)) if why]
    assert found == [label]
    page = sign_in(cast.committee).get(reverse("filings:group", args=[one.pk])).content.decode()
    assert f"还缺：{label}。" in page


def test_a_whole_group_goes_on_to_its_filing(group, cast, sign_in):
    one = group(activities=5)
    client, url = sign_in(cast.committee), reverse("filings:group", args=[one.pk])
    assert "还缺：年度确认。" in client.get(url).content.decode()
    actions.confirm([one.pk], by=cast.committee, note="仍在活动")
    page = client.get(url).content.decode()
    assert reverse("filings:begin", args=["promote", one.pk]) in page
    assert list(groups.ready(Organization.objects.all())) == [one]
    listed = client.get(reverse("filings:groups"), {"ready": "1"})
    assert listed.context["count"] == 1


def test_a_group_is_found_by_name_in_the_list(group, cast, sign_in):
    one, _ = group(name="甲一读报小组"), group(name="甲一编织小组")
    answer = sign_in(cast.committee).get(reverse("filings:groups"), {"q": "dubao"})
    assert answer.context["ids"] == [one.pk]


def test_groups_lie_in_their_jurisdiction(group, cast, sign_in):
    url = reverse("filings:group", args=[group().pk])
    assert sign_in(cast.other_street).get(url).status_code == 404
    assert sign_in(cast.auditor).get(url).status_code == 403
    assert sign_in(cast.leader).get(url).status_code == 200


def test_confirmation_in_bulk_is_one_act_that_goes_back(group, cast, sign_in):
    group(), group()
    client = sign_in(cast.committee)
    answer = client.post(reverse("filings:groups"), {"do": "bulk", "action": "confirm", "all": "1"})
    assert Job.objects.get().total == 2 and answer.status_code == 302


def test_lists_ask_the_database_as_often_for_three_rows_as_for_one(
    group, cast, sign_in, django_assert_num_queries
):
    client, url = sign_in(cast.street), reverse("filings:groups")
    group()
    client.get(url)
    for _ in range(2):
        with django_assert_num_queries(7):
            client.get(url)
        group()


def test_the_condition_in_sql_and_in_words_agree(group, cast):
    for fields in (
        {"activities": 5},
        {"activities": 5, "member_count": 3},
        {"activities": 1},
        {"activities": 5, "leader_name": ""},
    ):
        actions.confirm([group(**fields).pk], by=cast.committee, note="仍在活动")
    by_sql = set(groups.ready(Organization.objects.all()).values_list("pk", flat=True))
    rows = groups.living(Organization.objects.all())
    assert by_sql == {one.pk for one in rows if not any(why for _, why in groups.readiness(one))}
    assert policy.CONFIRM_FROM.first == 11
