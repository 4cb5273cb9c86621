"""Nothing typed is lost, nothing is done twice."""

import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.models import Draft, Submission
from orgs.models import Organization

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
