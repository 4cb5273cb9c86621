"""Nothing typed is lost, nothing is done twice."""

import datetime
import re
import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core import audit
from core.casework import taking_back, unsent
from core.choices import AuditKind
from core.forms import drafts
from core.models import AuditEvent, Draft, Submission
from orgs.actions.status import FLOW, ask
from orgs.models import Organization
from orgs.views.steps import ChangeStatus
from tests.steps import key_of

TODAY = datetime.date.today()

URL = "/orgs/new/"


def form_of(client, url=URL) -> dict:
    page = client.get(url).content.decode()
    return {"form_key": re.search(r'name="form_key" value="([^"]+)"', page)[1]}


def group(cast, **more) -> dict:
    return {
        "tier": "group", "name": "晨光读书会", "category": "culture", "street": cast.jia.pk, "community": cast.jia1.pk,
        "leader_name": "张三",
    } | more  # fmt: skip


def test_a_form_sent_twice_makes_one_record_and_shows_the_first(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast)
    first, second = client.post(URL, data), client.post(URL, data, follow=True)
    assert Organization.objects.count() == 1
    assert second.redirect_chain[0][0] == first.url
    assert "没有重复保存" in second.content.decode()


def test_a_form_with_a_mistake_can_be_sent_again(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast, name="")
    answer = client.post(URL, data)
    assert answer.status_code == 200
    assert 'value="张三"' in answer.content.decode()
    assert not Submission.objects.exists()
    assert client.post(URL, data | {"name": "晨光读书会"}).status_code == 302


def test_a_session_that_ended_meanwhile_loses_nothing(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast)
    client.cookies.pop("sessionid")
    answer = client.post(URL, data)
    assert answer.url.startswith("/accounts/login/?next=/orgs/new/")
    page = client.post(answer.url, {"username": "甲一居委", "password": "Demo-2026"}, follow=True)
    text = page.content.decode()
    assert 'value="晨光读书会"' in text
    assert 'value="张三"' in text
    assert "请填写" not in text  # half filled in is no mistake yet
    again = {"form_key": re.search(r'name="form_key" value="([^"]+)"', text)[1]} | group(cast)
    assert client.post(URL, again).status_code == 302
    assert Organization.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_draft_is_kept_while_typing_and_offered_with_its_time(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast, name="没写完")
    assert "已自动保存" in client.post("/drafts/", data).content.decode()
    page = client.get(URL).content.decode()
    draft = Draft.objects.get()
    assert f"?draft={draft.key}" in page
    assert "没写完" in client.get(f"{URL}?draft={draft.key}").content.decode()
    assert any("没写完" in e.title or "草稿" in e.action for e in client.get("/").context["entries"])
    client.post(reverse("drafts:discard", args=[draft.key]))
    assert not Draft.objects.exists()


def test_what_was_kept_while_the_form_was_sent_is_no_draft(cast, sign_in):
    """An automatic saving that was under way stores its row after the sending has dropped the draft."""
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast, name="写完了")
    client.post("/drafts/", data)
    late = Draft.objects.get()
    assert client.post(URL, data).status_code == 302 and not Draft.objects.exists()
    late.save(force_insert=True)
    assert list(drafts.of(cast.committee)) == []


def test_a_draft_is_nobody_elses(cast, sign_in):
    client = sign_in(cast.committee)
    client.post("/drafts/", form_of(client) | group(cast, name="没写完"))
    draft = Draft.objects.get()
    other = sign_in(cast.street)
    assert "没写完" not in other.get(f"{URL}?draft={draft.key}").content.decode()
    other.post(reverse("drafts:discard", args=[draft.key]))
    assert Draft.objects.exists()


def test_the_key_of_another_person_keeps_nothing(cast, sign_in):
    key = form_of(sign_in(cast.committee))
    other = sign_in(cast.street)
    assert other.post("/drafts/", key | group(cast)).status_code == 400
    assert not Draft.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "a:b:c"])
def test_without_a_key_of_ours_an_anonymous_sending_keeps_nothing(key, cast, client):
    assert client.post(URL, group(cast) | {"form_key": key}).status_code == 302
    assert not Draft.objects.exists()


def test_passwords_are_never_kept(cast, sign_in):
    client = sign_in(cast.committee)
    client.post("/drafts/", form_of(client) | group(cast, old_password="Geheim-1", new_password1="Geheim-2"))
    assert "Geheim" not in str(Draft.objects.get().fields)


@pytest.mark.django_db(transaction=True)
def test_eight_sendings_at_the_same_moment_make_one_record(cast, sign_in):
    client = sign_in(cast.committee)
    data, cookie = form_of(client) | group(cast), client.cookies["sessionid"].value
    answers, start = [], threading.Barrier(8)

    def send():
        mine = Client()
        mine.cookies["sessionid"] = cookie
        try:
            start.wait(10)
            answers.append(mine.post(URL, data))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    [t.start() for t in threads]
    [t.join(60) for t in threads]
    assert Organization.objects.count() == 1
    assert {a.status_code for a in answers} == {302}
    assert len({a.url for a in answers}) == 1


def sign_in_again(client, answer) -> str:
    """The page that stands there after the sign-in."""
    page = client.post(answer.url, {"username": "甲一居委", "password": "Demo-2026"}, follow=True)
    return page.content.decode()


def test_after_a_lost_session_one_draft_is_offered_and_none_is_left_when_it_is_sent(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast)
    client.post("/drafts/", data | {"leader_name": "张"})  # kept while it was typed
    client.cookies.pop("sessionid")
    text = sign_in_again(client, client.post(URL, data))
    assert Draft.objects.count() == 2
    waiting = [e for e in client.get("/").context["entries"] if "草稿" in e.action]
    assert len(waiting) == 1 and 'value="张三"' in client.get(waiting[0].url).content.decode()
    again = {"form_key": re.search(r'name="form_key" value="([^"]+)"', text)[1]} | group(cast)
    sent = client.post(URL, again)
    assert sent.status_code == 302 and not Draft.objects.exists()
    late = client.post(URL, data, follow=True)  # the page of before, still open in another tab
    assert Organization.objects.count() == 1
    assert late.redirect_chain[0][0] == sent.url and "没有重复保存" in late.content.decode()


def test_what_goes_on_with_another_draft_is_thrown_away_with_it(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast)
    client.post("/drafts/", data)
    client.cookies.pop("sessionid")
    sign_in_again(client, client.post(URL, data))
    newest = Draft.objects.get(origin__isnull=False)
    entry = next(e for e in client.get("/").context["entries"] if e.discard)
    assert entry.discard == reverse("drafts:discard", args=[newest.key])
    assert client.post(entry.discard, {"home": "1"}).url == "/"
    assert not Draft.objects.exists()


@pytest.fixture
def half_an_opinion(make_org, cast, sign_in):
    """A request, and what an officer began to write on its step."""
    case = ask(make_org(), by=cast.committee, status="stopped", effective_on=TODAY, reason="不再活动")
    client = sign_in(cast.street)
    key = key_of(client.get(case.get_absolute_url()).content.decode(), "refuse")
    client.post("/drafts/", {"form_key": key, "note": "先和负责人谈一谈"})
    return case


def drafts_in(client) -> list:
    return [e for e in client.get("/").context["entries"] if "草稿" in e.action]


def test_an_opinion_on_a_step_that_a_colleague_took_waits_on_the_page_of_the_case(
    half_an_opinion, cast, sign_in
):
    case, client = half_an_opinion, sign_in(cast.street)
    assert len(drafts_in(client)) == 1
    assert "没有用上的意见" not in client.get(case.get_absolute_url()).content.decode()
    FLOW.take(case, "approve", by=cast.officer, note="同意")
    assert drafts_in(client) == []
    draft = Draft.objects.get()
    page = client.get(f"{draft.path}?draft={draft.key}", follow=True).content.decode()
    assert "没有用上的意见" in page and "先和负责人谈一谈" in page
    assert "先和负责人谈一谈" not in sign_in(cast.committee).get(case.get_absolute_url()).content.decode()
    client.post(reverse("drafts:discard", args=[draft.key]))
    assert not Draft.objects.exists()


def test_an_opinion_counts_again_when_the_decision_was_taken_back(half_an_opinion, cast, sign_in):
    case = FLOW.take(half_an_opinion, "approve", by=cast.officer, note="同意")
    taking_back.take_back(FLOW, case, by=cast.officer, note="按错了")
    assert len(drafts_in(sign_in(cast.street))) == 1


def test_a_draft_whose_form_is_closed_shows_what_was_typed(cast, make_org, sign_in):
    case = ask(make_org(), by=cast.committee, status="stopped", effective_on=TODAY, reason="不再活动")
    case = FLOW.take(case, "send_back", by=cast.street, returned={"reason": "写明时间"})
    client, url = sign_in(cast.committee), reverse("orgs:status_change_edit", args=[case.pk])
    client.post("/drafts/", form_of(client, url) | {"reason": "五月起没有活动"})
    assert len(drafts_in(client)) == 1
    FLOW.take(case, "resubmit", by=cast.committee, note="时间不详")
    assert drafts_in(client) == []
    draft = Draft.objects.get()
    page = client.get(f"{url}?draft={draft.key}")
    assert page.status_code == 410 and "五月起没有活动" in page.content.decode()
    assert client.get(url).status_code == 404


def test_the_drafts_of_the_to_do_list_cost_the_same_for_one_and_for_five(
    cast, make_org, sign_in, django_assert_num_queries
):
    client = sign_in(cast.street)

    def begin(count):
        for _ in range(count):
            case = ask(make_org(), by=cast.committee, status="stopped", effective_on=TODAY, reason="不再活动")
            key = key_of(client.get(case.get_absolute_url()).content.decode(), "refuse")
            client.post("/drafts/", {"form_key": key, "note": "先谈"})

    begin(1)
    with django_assert_num_queries(2):
        assert len(unsent.open_drafts(cast.street)) == 1
    begin(4)
    with django_assert_num_queries(2):
        assert len(unsent.open_drafts(cast.street)) == 5


def test_what_was_recorded_of_a_form_that_comes_back_stays(cast, make_org, sign_in, rf):
    request = rf.post("/x/", {})
    request.user = cast.street
    key = drafts.Key(uuid.uuid4(), cast.street.pk, "/x/", "")

    def look():
        audit.record(AuditKind.READ, request, field="电话")
        return HttpResponse("13800001234")

    answer, earlier = drafts.once(key, cast.street, request.POST, look)
    assert (answer.content, earlier, Submission.objects.count()) == (b"13800001234", None, 0)
    assert AuditEvent.objects.filter(detail__field="电话").count() == 1

    def broken():
        audit.record(AuditKind.READ, request, field="地址")
        return HttpResponse("", status=500)

    assert drafts.once(key, cast.street, request.POST, broken)[0].status_code == 500
    assert not AuditEvent.objects.filter(detail__field="地址").exists()


def test_an_action_that_fails_halfway_leaves_nothing(cast, make_org, sign_in, monkeypatch):
    def half(organization, **how):
        Organization.objects.filter(pk=organization.pk).update(remark="写了一半")
        raise ValidationError("后一半不行。")

    organization = make_org()
    monkeypatch.setattr(ChangeStatus, "action", staticmethod(half))
    client, url = sign_in(cast.officer), reverse("orgs:status", args=[organization.pk])
    page = client.post(url, form_of(client, url) | {"status": "stopped", "reason": "不再活动"})
    assert page.status_code == 200 and "后一半不行" in page.content.decode()
    organization.refresh_from_db()
    assert organization.remark == ""
