"""Taking acts back: by sets, once, within the period, by those who may; what was changed since is listed and chosen."""

import datetime
import threading

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from pghistory.models import Context

from core import undo
from core.forms import merge
from core.history import told
from core.models import Job, Parameter, Undone
from core.undo import job as background
from core.undo import registry
from core.undo.registry import registered
from orgs.actions import register
from orgs.choices import Door, Verb
from orgs.models import Activity, Organization
from orgs.queries.register import timeline

pytestmark = pytest.mark.django_db


def bulk_edit(rows, by, **fields):
    """As a bulk edit does: one statement, one context."""
    with told(Verb.EDIT, by, "批量改类别") as own:
        Organization.objects.filter(pk__in=[r.pk for r in rows]).update(**fields)
    return own.id


def last_act(record):
    return timeline(record)[0]["context"]


def edit(organization, by, **fields):
    organization.refresh_from_db()
    for name, value in fields.items():
        setattr(organization, name, value)
    return register.edit(organization, version=organization.version, by=by, reason="更正", door=Door.FILING)


@pytest.fixture
def two_hundred(make_org, cast):
    return [make_org(community=cast.jia1 if n % 2 else cast.jia2, category="culture") for n in range(200)]


def test_bulk_edit_of_200_with_3_edited_since_gives_197_back_and_lists_3(two_hundred, cast):
    act = bulk_edit(two_hundred, cast.officer, category="living")
    for organization in two_hundred[:3]:
        edit(organization, cast.street, leader_name="王五")
    done = undo.undo(act, cast.officer)
    part = done.parts[0]
    assert (part.restored, part.removed, part.back, part.left_total) == (197, 0, 0, 3)
    assert Organization.objects.filter(category="culture").count() == 197
    assert [row["id"] for row in part.left] == [o.pk for o in two_hundred[:3]]
    for row in part.left:
        assert [(c["who"], c["verb"], c["fields"]) for c in row["later"]] == [
            ("甲街经办", "修改", ["负责人"])
        ]
        assert row["later"][0]["at"] <= timezone.now()
        assert row["forceable"]


def test_a_row_chosen_goes_back_and_keeps_what_was_entered_in_other_fields(two_hundred, cast):
    act = bulk_edit(two_hundred, cast.officer, category="living")
    for organization in two_hundred[:3]:
        edit(organization, cast.street, leader_name="王五")
    chosen = undo.plan(act).parts[0].left[1]
    done = undo.undo(act, cast.officer, take=[chosen["key"]])
    assert (done.parts[0].restored, done.left_total) == (198, 2)
    found = [
        (o.category, o.leader_name)
        for o in Organization.objects.filter(pk__in=[o.pk for o in two_hundred[:3]]).order_by("pk")
    ]
    assert found == [("living", "王五"), ("culture", "王五"), ("living", "王五")]


def test_a_plan_writes_nothing(two_hundred, cast):
    act = bulk_edit(two_hundred, cast.officer, category="living")
    before = Organization.pgh_event_model.objects.count()
    assert undo.plan(act).total == 200
    assert Organization.pgh_event_model.objects.count() == before
    assert Organization.objects.filter(category="living").count() == 200


def test_an_undo_is_an_act_that_can_be_undone_once(make_org, cast):
    organization = make_org()
    edit(organization, cast.street, leader_name="王五")
    act = last_act(organization)
    undo.undo(act, cast.street)
    organization.refresh_from_db()
    assert organization.leader_name == "张三"
    own = Undone.objects.get(act=act).by_act
    assert Context.objects.get(pk=own).metadata["undoes"] == str(act)
    assert timeline(organization)[0]["verb"] == "撤销"
    undo.undo(own, cast.street)
    organization.refresh_from_db()
    assert organization.leader_name == "王五"
    for again in (act, own):
        with pytest.raises(undo.Refused, match="甲街经办 已于 .* 撤销过这项操作"):
            undo.undo(again, cast.street)


def test_the_version_counts_on_so_that_an_open_form_is_told(make_org, cast):
    organization = make_org()
    edit(organization, cast.street, leader_name="王五")
    undo.undo(last_act(organization), cast.street)
    mine = Organization.objects.get(pk=organization.pk)
    mine.leader_name = "赵六"
    with pytest.raises(merge.Conflict):
        register.edit(mine, version=2, by=cast.officer)


def test_a_name_that_goes_back_is_found_by_search_again(make_org, cast):
    organization = make_org("春晖合唱队")
    edit(organization, cast.street, name="秋月合唱队")
    undo.undo(last_act(organization), cast.street)
    organization.refresh_from_db()
    assert (organization.name, organization.name_key) == ("春晖合唱队", "春晖合唱队")
    assert "chunhui" in organization.search_text


def test_creating_goes_back_unless_something_hangs_on_it(make_org, cast):
    free, held = make_org(), make_org()
    register.record_activity(held, name="演出", held_on=timezone.localdate(), by=cast.officer)
    free_act, held_act = (o.events.get(pgh_label="insert").pgh_context_id for o in (free, held))
    assert undo.undo(free_act, cast.officer).parts[0].removed == 1
    done = undo.undo(held_act, cast.officer)
    assert not Organization.objects.filter(pk=free.pk).exists()
    assert [(row["why"], row["forceable"]) for row in done.parts[0].left] == [("已有活动记录", False)]


def test_a_number_that_another_bears_now_does_not_come_back(make_org, cast):
    first, second = make_org(filing_no="A-1"), make_org()
    edit(first, cast.street, filing_no="A-2")
    act = last_act(first)
    edit(second, cast.street, filing_no="A-1")
    done = undo.undo(act, cast.street)
    assert [row["why"] for row in done.parts[0].left] == ["它的号码现在属于另一条记录"]


def test_a_deleted_activity_comes_back_with_its_id_and_the_last_activity_follows_both_ways(make_org, cast):
    organization = make_org(last_active_on=datetime.date(2026, 1, 1))
    activity = register.record_activity(
        organization, name="演出", held_on=timezone.localdate(), by=cast.committee
    )
    pk = activity.pk
    organization.refresh_from_db()
    assert organization.last_active_on == activity.held_on
    register.delete_activity(activity, reason="登记错了", by=cast.committee)
    organization.refresh_from_db()
    assert str(organization.last_active_on) == "2026-01-01"
    edit(
        organization, cast.street, leader_name="王五"
    )  # whatever else was edited does not hold the activity back
    act = Activity.pgh_event_model.objects.get(pgh_label="delete").pgh_context_id
    undo.undo(act, cast.committee)
    organization.refresh_from_db()
    assert Activity.objects.get(pk=pk).name == "演出"
    assert (organization.last_active_on, organization.leader_name) == (timezone.localdate(), "王五")


def test_deleting_one_of_two_activities_leaves_the_date_of_the_other(make_org, cast):
    organization = make_org()
    today = timezone.localdate()
    for days in (10, 0):
        register.record_activity(
            organization, name="演出", held_on=today - datetime.timedelta(days=days), by=cast.committee
        )
    register.delete_activity(Activity.objects.get(held_on=today), reason="重复", by=cast.committee)
    organization.refresh_from_db()
    assert organization.last_active_on == today - datetime.timedelta(days=10)


def test_after_the_period_the_sentence_says_so(make_org, cast):
    organization = make_org()
    edit(organization, cast.street, leader_name="王五")
    act = last_act(organization)
    Context.objects.filter(pk=act).update(created_at=timezone.now() - datetime.timedelta(days=31))
    with pytest.raises(undo.Refused, match="已超过 30 天，不能撤销"):
        undo.undo(act, cast.street)
    with told(Verb.EDIT, cast.officer):
        Parameter.objects.create(
            key="core.undo.days", value=60, effective_from="2026-01-01", legal_basis="内部口径"
        )
    assert undo.undo(act, cast.street).parts[0].restored == 1


def test_an_act_that_also_wrote_what_cannot_go_back_is_refused_as_a_whole(make_org, cast, monkeypatch):
    organization = make_org()
    register.record_activity(organization, name="演出", held_on=timezone.localdate(), by=cast.officer)
    act = last_act(organization)
    others = {model: kind for model, kind in registry._registered.items() if model is not Activity}
    monkeypatch.setattr(
        registry, "_registered", others
    )  # taken out and put back, it would stand behind its children
    with pytest.raises(undo.Refused, match="还涉及活动记录，不能整次撤销"):
        undo.undo(act, cast.officer)
    assert Activity.objects.count() == 1


# ---- who may ------------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(make_org, cast):
    """An edit by the street of one of its own records: (record, act)."""
    organization = make_org("甲一合唱队", community=cast.jia1)
    edit(organization, cast.street, leader_name="王五")
    return organization, last_act(organization)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("street", 200),
        ("officer", 200),
        ("committee", 403),
        ("other_street", 404),
        ("leader", 403),
        ("auditor", 403),
    ],
)
def test_only_who_did_it_and_the_district_see_and_undo_an_act(who, status, theirs, cast, sign_in):
    client = sign_in(getattr(cast, who))
    url = reverse("acts:detail", args=[theirs[1]])
    assert client.get(url).status_code == status
    assert client.post(url).status_code == (302 if status == 200 else status)
    theirs[0].refresh_from_db()
    assert theirs[0].leader_name == ("张三" if status == 200 else "王五")


def test_an_act_whose_record_has_left_the_area_is_not_there(theirs, cast, sign_in):
    edit(theirs[0], cast.officer, street=cast.yi, community=cast.yi1)
    assert sign_in(cast.street).get(reverse("acts:detail", args=[theirs[1]])).status_code == 404


def test_a_deleted_record_still_lies_where_it_lay(make_org, cast, sign_in):
    organization = make_org(community=cast.yi1)
    activity = register.record_activity(
        organization, name="演出", held_on=timezone.localdate(), by=cast.street
    )
    register.delete_activity(activity, reason="误记", by=cast.street)
    act = Activity.pgh_event_model.objects.get(pgh_label="delete").pgh_context_id
    assert sign_in(cast.street).get(reverse("acts:detail", args=[act])).status_code == 404
    assert sign_in(cast.officer).get(reverse("acts:detail", args=[act])).status_code == 200


def test_what_the_machine_did_is_nobodys_act(make_org, cast, sign_in):
    organization = make_org()
    with told(Verb.NIGHTLY, None) as own:
        Organization.objects.filter(pk=organization.pk).update(dormancy="late")
    assert sign_in(cast.officer).get(reverse("acts:detail", args=[own.id])).status_code == 404


# ---- screens ------------------------------------------------------------------------------------------------


def test_the_list_shows_ones_own_acts_and_to_the_district_all_of_the_area(theirs, cast, sign_in):
    mine = sign_in(cast.street).get(reverse("acts:list"))
    assert [(a.words, a.who, a.reason, a.rows) for a in mine.context["acts"]] == [
        ("修改", "甲街经办", "更正", 1)
    ]
    district = sign_in(cast.officer).get(reverse("acts:list"))
    assert {(a.words, a.who) for a in district.context["acts"]} == {("修改", "甲街经办"), ("新增", "区民政")}
    assert sign_in(cast.other_street).get(reverse("acts:list")).context["acts"] == []
    assert "没有可以撤销的操作" in sign_in(cast.other_street).get(reverse("acts:list")).content.decode()


def test_the_page_names_who_changed_what_since_and_takes_the_choice(two_hundred, cast, sign_in):
    act = bulk_edit(two_hundred, cast.street, category="living")
    edit(two_hundred[0], cast.officer, leader_name="王五")
    client = sign_in(cast.street)
    url = reverse("acts:detail", args=[act])
    page = client.get(url).content.decode()
    assert "区民政" in page and "负责人" in page and "仍然恢复" in page and "恢复 199 条" in page
    client.post(url, {"take": [f"orgs.organization:{two_hundred[0].pk}"]})
    assert Organization.objects.filter(category="culture").count() == 200
    after = client.get(url).content.decode()
    assert "甲街经办 已于" in after and "撤销这次操作" not in after
    assert "恢复 200 条" in after
    again = client.post(url, follow=True)
    assert "不能再撤销一次" in again.content.decode()


def test_the_timeline_offers_to_undo_only_what_this_person_may(theirs, cast, sign_in):
    organization, act = theirs
    url = reverse("orgs:detail", args=[organization.pk]) + "?tab=history"
    link = reverse("acts:detail", args=[act])
    assert link in sign_in(cast.street).get(url).content.decode()
    assert link in sign_in(cast.officer).get(url).content.decode()
    assert link not in sign_in(cast.committee).get(url).content.decode()
    assert link not in sign_in(cast.leader).get(url).content.decode()
    undo.undo(act, cast.street)
    page = sign_in(cast.street).get(url).content.decode()
    assert link not in page and "已撤销" in page


def test_activities_are_deleted_on_their_tab_with_a_reason(make_org, cast, sign_in):
    organization = make_org()
    activity = register.record_activity(
        organization, name="演出", held_on=timezone.localdate(), by=cast.officer
    )
    url = reverse("orgs:delete_activity", args=[activity.pk])
    client = sign_in(cast.committee)
    tab = client.get(reverse("orgs:detail", args=[organization.pk]) + "?tab=activities").content.decode()
    assert url in tab
    assert client.post(url).status_code == 200
    assert Activity.objects.count() == 1
    assert sign_in(cast.other_street).post(url, {"reason": "x"}).status_code == 404
    assert sign_in(cast.leader).post(url, {"reason": "x"}).status_code == 403
    assert client.post(url, {"reason": "登记错了"}).status_code == 302
    assert Activity.objects.count() == 0


def test_a_large_act_goes_to_the_background(
    two_hundred, cast, sign_in, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(background, "AT_ONCE", 100)
    act = bulk_edit(two_hundred, cast.street, category="living")
    with django_capture_on_commit_callbacks(execute=True):
        response = sign_in(cast.street).post(reverse("acts:detail", args=[act]))
    assert response.url == reverse("jobs:list")
    job = Job.objects.get()
    assert (job.kind, job.state, job.message) == ("undo", "done", "已撤销：恢复 200 条。")
    assert Organization.objects.filter(category="culture").count() == 200


def test_parents_are_registered_before_their_children():
    order = [kind.model for kind in registered()]
    for position, model in enumerate(order):
        parents = {f.related_model for f in model._meta.concrete_fields if f.is_relation} & set(order)
        assert parents <= set(order[:position])


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_only_one_takes_an_act_back(make_org, cast):
    organization = make_org()
    edit(organization, cast.street, leader_name="王五")
    act = last_act(organization)
    start, outcomes = threading.Barrier(2), []

    def run():
        start.wait(10)
        try:
            outcomes.append(undo.undo(act, cast.street).total)
        except undo.Refused as refused:
            outcomes.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 2 and 1 in outcomes
    assert any("撤销过" in str(o) for o in outcomes)
    assert Undone.objects.count() == 1
