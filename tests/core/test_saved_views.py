"""Saved views: private or shared with one street, always cut to whoever looks; what came and left since yesterday."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.choices import Role
from core.lists import saved
from core.models import Notice, SavedView, Subscription
from orgs.models import Organization

pytestmark = pytest.mark.django_db
LIST = "/orgs/"
QUERY = "?tier=team&status=filed&cols=name%2Cstreet&sort=-active"


@pytest.fixture
def three(make_org, cast):
    return [make_org(community=c) for c in (cast.jia1, cast.jia2, cast.yi1)]


def keep(client, name="备案团队", query=QUERY, **more) -> SavedView:
    answer = client.post(LIST + query, {"do": "save", "name": name, **more})
    assert answer.status_code == 302
    return SavedView.objects.get(name=name)


def test_a_view_keeps_filters_columns_and_sort_and_opens_with_them(three, cast, sign_in):
    client = sign_in(cast.street)
    view = keep(client, query=f"{QUERY}&page=")
    assert (view.owner, view.list, view.shared_kind) == (cast.street, "orgs:list", "")
    page = client.get(f"/views/{view.pk}/", follow=True)
    assert page.redirect_chain == [(LIST + QUERY, 302)]
    assert [c.key for c in page.context["table"].visible] == ["name", "street"]
    assert page.context["saved"]["views"] == [
        {"name": "备案团队", "pk": view.pk, "mine": True, "current": True}
    ]


def test_a_private_view_does_not_exist_for_anybody_else(three, cast, sign_in):
    view = keep(sign_in(cast.street))
    for person in (cast.other_street, cast.officer, cast.committee, cast.sysadmin):
        client = sign_in(person)
        assert client.get(f"/views/{view.pk}/").status_code == 404
        assert client.get(f"/views/{view.pk}/edit/").status_code == 404
        assert client.post(f"/views/{view.pk}/edit/", {"do": "delete"}).status_code == 404
    assert sign_in(cast.officer).get(LIST).context["saved"]["views"] == []


def test_a_shared_view_is_seen_in_the_same_street_only_and_shows_the_viewers_own_rows(three, cast, sign_in):
    view = keep(sign_in(cast.street), shared="1")
    committee = sign_in(cast.committee)
    assert committee.get(LIST).context["saved"]["views"][0]["mine"] is False
    assert committee.get(f"/views/{view.pk}/", follow=True).context["count"] == 1
    assert sign_in(cast.street).get(f"/views/{view.pk}/", follow=True).context["count"] == 2
    assert sign_in(cast.other_street).get(f"/views/{view.pk}/").status_code == 404
    assert sign_in(cast.officer).get(f"/views/{view.pk}/").status_code == 404


def test_others_may_watch_a_shared_view_but_not_change_or_delete_it(three, cast, sign_in):
    view = keep(sign_in(cast.street), shared="1")
    client = sign_in(cast.committee)
    assert client.post(f"/views/{view.pk}/edit/", {"do": "delete"}).status_code == 404
    client.post(f"/views/{view.pk}/edit/", {"name": "别的名称", "shared": "", "watched": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared_kind) == ("备案团队", "street")
    assert Subscription.objects.get().user == cast.committee


def test_rename_share_unshare_and_delete(three, cast, sign_in):
    client = sign_in(cast.street)
    view = keep(client)
    client.post(f"/views/{view.pk}/edit/", {"name": "团队", "shared": "on"})
    view.refresh_from_db()
    assert (view.name, view.shared_kind, view.shared_pk) == ("团队", "street", cast.jia.pk)
    client.post(f"/views/{view.pk}/edit/", {"name": "团队"})
    view.refresh_from_db()
    assert (view.shared_kind, view.shared_pk) == ("", None)
    assert "团队" in client.get("/views/").content.decode()
    client.post(f"/views/{view.pk}/edit/", {"do": "delete"})
    assert not SavedView.objects.exists()


def test_saving_under_a_known_name_renews_it_and_a_rename_onto_another_is_refused(three, cast, sign_in):
    client = sign_in(cast.street)
    view, other = keep(client, shared="1"), keep(client, name="休眠", query="?dormancy=dormant")
    assert keep(client, query="?tier=group").pk == view.pk
    view.refresh_from_db()
    assert (view.query, view.shared_kind) == ("tier=group", "street")
    page = client.post(f"/views/{other.pk}/edit/", {"name": "备案团队"})
    assert "您已有同名的视图" in page.content.decode()
    client.post(LIST, {"do": "save", "name": "  "})
    assert SavedView.objects.count() == 2


def test_a_street_that_one_has_left_takes_its_views_along(three, cast, sign_in):
    view = keep(sign_in(cast.street), shared="1")
    cast.committee.community = cast.yi1
    cast.committee.save()
    assert sign_in(cast.committee).get(f"/views/{view.pk}/").status_code == 404


def test_whom_a_view_is_shared_with(cast):
    circles = {who: getattr(cast, who).circle for who in ("street", "committee", "officer", "assessor")}
    assert {who: c and (c.kind, c.pk) for who, c in circles.items()} == {
        "street": ("street", cast.jia.pk),
        "committee": ("street", cast.jia.pk),
        "officer": ("district", cast.district.pk),
        "assessor": None,
    }


def test_the_database_refuses_a_view_shared_with_nobody(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(owner=cast.street, list="orgs:list", name="x", shared_kind="street")


# ---- what changed since yesterday ---------------------------------------------------------------------------


@pytest.fixture
def watched(three, cast, sign_in):
    """甲街's view of filed teams, watched by the committee of 甲一."""
    view = keep(sign_in(cast.street), shared="1")
    saved.subscribe(view, cast.committee)
    return Subscription.objects.get()


def test_what_came_and_left_is_told_within_the_watchers_own_area(watched, three, make_org, cast):
    assert watched.ids == [three[0].pk]
    new = make_org("新队", community=cast.jia1)
    make_org("别处的新队", community=cast.jia2)
    Organization.objects.filter(pk=three[0].pk).update(status="stopped")
    Organization.objects.filter(pk=three[1].pk).update(status="stopped")
    change, now = saved.changes(watched)
    assert (change.new, change.left, now) == ([new.pk], [three[0].pk], [new.pk])
    assert saved.lines(change) == ["新增 1 条：新队", f"移出 1 条：{three[0].name}"]


def test_a_row_that_left_the_area_is_counted_but_not_named(watched, three, cast):
    Organization.objects.filter(pk=three[0].pk).update(street=cast.yi, community=cast.yi1)
    change, _ = saved.changes(watched)
    assert (change.left, saved.lines(change)) == ([three[0].pk], ["移出 1 条"])


def test_other_conditions_are_not_news(watched, cast, make_org):
    make_org("小组", tier="group", community=cast.jia1)
    SavedView.objects.update(query="tier=group")
    watched.refresh_from_db()
    change, now = saved.changes(watched)
    assert (change.new, change.left, len(now)) == ([], [], 1)


def test_many_names_are_shortened(cast, watched, make_org):
    made = [make_org(f"第{n:02}队", community=cast.jia1) for n in range(12)]
    (line,) = saved.lines(saved.changes(watched)[0])
    assert line.startswith("新增 12 条：第00队、") and line.endswith("第09队等") and len(made) == 12


def test_each_morning_one_notice_and_the_next_day_starts_from_there(watched, cast, make_org):
    today = timezone.localdate()
    tomorrow, after = today + datetime.timedelta(days=1), today + datetime.timedelta(days=2)
    make_org("新队", community=cast.jia1)
    assert saved.tell_all(today) == 0  # subscribed today
    assert saved.tell_all(tomorrow) == 1
    notice = Notice.objects.get(user=cast.committee)
    assert (notice.title, notice.body, notice.url) == (
        "视图“备案团队”有变化", "新增 1 条：新队", f"/orgs/{QUERY}",
    )  # fmt: skip
    assert saved.tell_all(after) == 0
    assert Notice.objects.count() == 1


def test_a_view_that_grew_too_long_says_so(watched, make_org, cast, monkeypatch):
    make_org(community=cast.jia1)
    monkeypatch.setattr(saved, "MOST_IDS", 1)
    assert saved.tell_all(timezone.localdate() + datetime.timedelta(days=1)) == 1
    assert Notice.objects.get().body == saved.TOO_MANY


def test_one_broken_view_does_not_keep_the_others_waiting(watched, cast, make_org):
    broken = SavedView.objects.create(owner=cast.street, list="orgs:gone", name="旧")
    Subscription.objects.create(view=broken, user=cast.committee, as_of=watched.as_of)
    make_org(community=cast.jia1)
    assert saved.tell_all(timezone.localdate() + datetime.timedelta(days=1)) == 1


def test_a_view_that_is_too_long_to_compare_cannot_be_watched(three, cast, sign_in, monkeypatch):
    monkeypatch.setattr(saved, "MOST_IDS", 1)
    client = sign_in(cast.street)
    view = keep(client)
    page = client.post(f"/views/{view.pk}/edit/", {"name": "备案团队", "watched": "on"})
    assert "无法逐条比较" in page.content.decode() and not Subscription.objects.exists()


def test_who_lost_the_grant_or_the_view_hears_nothing_and_loses_nothing(watched, cast):
    before = watched.as_of
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    type(cast.committee).objects.filter(pk=cast.committee.pk).update(role=Role.ASSESSOR)
    assert saved.tell_all(tomorrow) == 0
    type(cast.committee).objects.filter(pk=cast.committee.pk).update(role=Role.COMMITTEE_MEMBER)
    SavedView.objects.update(shared_kind="", shared_pk=None)
    assert saved.tell_all(tomorrow) == 0
    watched.refresh_from_db()
    assert watched.as_of == before
