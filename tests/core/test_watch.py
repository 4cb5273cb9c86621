"""What is allowed one by one and not by the hundred: it is stopped with a sentence, and others are told."""

import threading
from collections import Counter

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core import tasks
from core.audit import watch
from core.models import AuditEvent, Notice, Tally
from core.policy import DENIALS, DENIALS_MOST, PUBLIC, PUBLIC_MISSES, READS
from core.settings import parameters

pytestmark = pytest.mark.django_db


@pytest.fixture
def limit():
    def publish(declared, value):
        parameters.publish(
            declared, value=value, effective_from=timezone.localdate(), legal_basis="测试", by=None
        )

    return publish


@pytest.fixture
def orgs(make_org):
    return [make_org(contact_phone=f"1380000{n:04d}") for n in range(5)]


def look(client, organization):
    return client.post(reverse("orgs:phone", args=[organization.pk]), {"purpose": "contact", "note": ""})


def test_mass_reading_is_stopped_and_both_guards_are_told_once(orgs, cast, sign_in, limit):
    limit(READS, 3)
    client = sign_in(cast.street)
    answers = [look(client, organization) for organization in orgs]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    text = answers[3].content.decode()
    assert "10 分钟内查看电话、住址已达 3 次，请在 " in text
    assert "13800000003" not in text
    assert 0 < int(answers[3]["Retry-After"]) <= 601
    assert AuditEvent.objects.filter(kind="read").count() == 3
    alarm = AuditEvent.objects.get(kind="alarm")
    assert (alarm.user, alarm.detail["act"], alarm.detail["most"]) == (cast.street, "查看电话、住址", 3)
    told = Notice.objects.filter(title__startswith="告警：甲街经办")
    assert sorted(told.values_list("user__username", flat=True)) == ["安全管理", "审计管理"]
    assert sign_in(cast.auditor).get(told.get(user=cast.auditor).url).status_code == 200
    assert sign_in(cast.secadmin).get(told.get(user=cast.secadmin).url).status_code == 200
    assert look(sign_in(cast.officer), orgs[0]).status_code == 200  # others go on


def test_after_the_period_it_goes_on(orgs, cast, sign_in, limit):
    limit(READS, 1)
    client = sign_in(cast.street)
    assert [look(client, o).status_code for o in orgs[:2]] == [200, 429]
    with connection.cursor() as cursor:  # events cannot be changed; this test needs them older
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE core_auditevent SET at = at - interval '11 minutes'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert look(client, orgs[1]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_pass_than_one_after_the_other(orgs, cast, sign_in, limit):
    limit(READS, 4)
    found = Counter()

    def ask(organization):
        client = Client()
        client.force_login(cast.street, backend="accounts.backends.AreaBackend")
        found[look(client, organization).status_code] += 1
        connections.close_all()

    threads = [threading.Thread(target=ask, args=[orgs[n % 5]]) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {200: 4, 429: 8}
    assert AuditEvent.objects.filter(kind="alarm").count() == 1


def test_repeated_denials_raise_an_alarm_and_far_too_many_are_paused(orgs, cast, sign_in, limit):
    limit(DENIALS, 3)
    limit(DENIALS_MOST, 5)
    client = sign_in(cast.other_street)
    codes = [client.get(orgs[0].get_absolute_url()).status_code for _ in range(7)]
    assert codes == [404] * 5 + [429] * 2
    assert AuditEvent.objects.get(kind="alarm").detail["act"] == "被拒绝访问"
    assert Notice.objects.filter(title__contains="乙街经办").count() == 2
    assert client.get("/orgs/").status_code == 200  # work goes on
    assert sign_in(cast.committee).get("/settings/").status_code == 403


def public(code: str, address="10.1.2.3"):
    return Client(REMOTE_ADDR=address).get(f"/public/filings/{code}/")


def test_wrong_codes_are_limited_for_an_address_and_for_no_other(limit):
    limit(PUBLIC_MISSES, 3)
    answers = [public(f"X{n}") for n in range(5)]
    assert [a.status_code for a in answers] == [404, 404, 404, 429, 429]
    assert "这个网络地址查验过于频繁，请在 " in answers[3].content.decode()
    assert int(answers[3]["Retry-After"]) > 0
    assert public("X9", "10.1.2.4").status_code == 404
    assert not AuditEvent.objects.filter(kind="alarm").exists()


def test_an_office_that_checks_many_papers_is_not_stopped_by_its_wrong_ones(limit, monkeypatch):
    limit(PUBLIC_MISSES, 3)
    monkeypatch.setattr(watch, "missed", lambda request: None)  # every code is one of ours
    assert {public(f"X{n}").status_code for n in range(20)} == {404}
    limit(PUBLIC, 22)
    assert [public("Y").status_code for _ in range(3)] == [404, 404, 429]


def test_the_count_stands_in_the_database_and_one_subscriber_counts_once(limit, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    limit(PUBLIC_MISSES, 2)
    codes = [public("X", f"2001:db8:0:1::{n}").status_code for n in range(1, 5)]
    assert codes == [404, 404, 429, 429]
    assert set(Tally.objects.values_list("address", flat=True)) == {"2001:db8:0:1::/64"}


def test_old_counts_are_forgotten_at_night():
    public("X")
    Tally.objects.update(minute=timezone.now() - watch.KEPT_FOR * 2)
    tasks.tidy()
    assert not Tally.objects.exists()
