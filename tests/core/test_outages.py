"""The broker, the database, the disk are away or silent: what can be shown is shown, what was saved is saved, nothing typed is lost."""

import datetime
import html
import re
import socket
import time

import pytest
from celery import current_app
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from core import jobs, outages, sending
from core.cache import Cache
from core.choices import JobState
from core.jobs.tasks import requeue_stalled
from core.models import Holiday, Job
from core.settings import workdays
from orgs.queries import terms as dictionaries

SLOWER = 1.2  # seconds that a page may take longer when it meets a silent broker itself


# ---- the broker ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["absent", "silent"])
def broker(request, settings, tmp_path_factory):
    """The address of a broker that is not there, or of one that accepts and never answers; for cache and tasks."""
    path = tmp_path_factory.mktemp("b") / "s"
    server = socket.socket(socket.AF_UNIX)
    if request.param == "silent":
        server.bind(str(path))
        server.listen(200)
    address = f"unix://{path}?db=1"
    conf = current_app.conf
    before = conf.broker_url, conf.task_always_eager
    settings.CACHES = {"default": {"BACKEND": "core.cache.Cache", "LOCATION": address}}
    settings.REDIS_URL = address
    conf.broker_url, conf.task_always_eager = f"redis+socket://{path}?virtual_host=0", False
    well()
    yield address
    conf.broker_url, conf.task_always_eager = before
    server.close()
    well()


def well() -> None:
    """Nothing is remembered of a failure: the next use meets the broker itself."""
    Cache.silent_until = Cache.said = sending._silent_until = float("-inf")


def plain_pages(patterns=None, prefix="/") -> list[str]:
    """Every address of the product that takes no parameter."""
    found = []
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        path = prefix + str(pattern.pattern)
        if "<" in path:
            continue
        if isinstance(pattern, URLPattern):
            found.append(path)
        else:
            found += plain_pages(pattern.url_patterns, path)
    return found


def seconds(client, path: str, meeting: bool) -> float:
    """How long a page takes; meeting: it meets the broker itself, else the failure is remembered."""
    if meeting:
        well()
    dictionaries._labels.cache_clear()
    begun = time.monotonic()
    client.get(path)
    return time.monotonic() - begun


@pytest.mark.django_db
def test_every_page_opens_without_a_broker(broker, cast, sign_in, make_org, settings):
    make_org()
    shown, skipped = 0, {"/healthz", "/accounts/logout/"}
    for who in ("officer", "sysadmin"):
        client = sign_in(getattr(cast, who))
        for path in plain_pages():
            if path in skipped:
                continue
            answer = client.get(path)
            assert answer.status_code in (200, 302, 403, 404, 405), path
            if answer.status_code == 200:
                shown += 1
                assert any(
                    seconds(client, path, True) < seconds(client, path, False) + SLOWER for _ in range(4)
                ), path
    assert shown >= 25


@pytest.mark.django_db
def test_what_was_saved_is_not_called_unsaved(broker, cast, sign_in, django_capture_on_commit_callbacks):
    """The cache is dropped after the commit: nothing that fails there may reach the answer."""
    day = timezone.localdate() + datetime.timedelta(days=40)
    while workdays.is_workday(day):
        day += datetime.timedelta(days=1)
    with django_capture_on_commit_callbacks(execute=True):
        workdays.correct(first=day, kind="workday", name="调休", legal_basis="通知", by=cast.officer)
    assert Holiday.objects.filter(date=day).exists()
    assert workdays.is_workday(day)


@pytest.mark.django_db(transaction=True)
def test_an_export_asked_for_without_a_broker_is_queued_by_the_clock(broker, cast, sign_in, make_org):
    make_org()
    client = sign_in(cast.street)
    begun = time.monotonic()
    answer = client.post("/orgs/", {"do": "export"})
    assert answer.status_code == 302 and time.monotonic() - begun < 3
    job = Job.objects.get()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    current_app.conf.task_always_eager = True  # the broker is back
    well()
    Job.objects.update(created_at=timezone.now() - 2 * jobs.STALE_AFTER)
    assert requeue_stalled() == 1
    job.refresh_from_db()
    assert job.state == JobState.DONE


@pytest.mark.django_db
def test_the_health_check_tells_the_truth_at_once(broker):
    begun = time.monotonic()
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False, "failed": "broker"})
    assert time.monotonic() - begun < 2.5


def test_a_cache_without_its_broker_is_an_empty_one_and_says_so_once_a_minute(broker, caplog):
    for _ in range(3):
        Cache.silent_until = float("-inf")
        assert cache.get("a", "default") == "default"
    assert [r.name for r in caplog.records] == ["core.cache"]
    cache.set("a", 1)
    assert (cache.add("a", 1), cache.touch("a"), cache.delete("a"), cache.has_key("a")) == (
        True,
        False,
        False,
        False,
    )
    assert (cache.get_many(["a"]), cache.set_many({"a": 1}), "a" in cache) == ({}, ["a"], False)
    assert cache.get_or_set("a", 5) == 5
    cache.delete_many(["a"])
    with pytest.raises(ValueError):
        cache.incr("a")


def test_the_cache_keeps_what_it_is_given_when_the_broker_answers(settings):
    settings.CACHES = {"default": {"BACKEND": "core.cache.Cache", "LOCATION": settings.REDIS_URL}}
    well()
    cache.set("kept", [1], 60)
    assert (cache.get("kept"), cache.add("kept", 2), cache.delete("kept")) == ([1], False, True)
    assert not Cache.silent_until > 0


# ---- the database -------------------------------------------------------------------------------------------


@pytest.fixture
def database_away(transactional_db, monkeypatch):
    """Call it: from then on nobody answers at the database's address."""
    found = connection.settings_dict["HOST"]

    def go():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nonexistent")

    yield go
    connection.close()
    connection.settings_dict["HOST"] = found


def visitor(user=None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user, backend="accounts.backends.AreaBackend")
    return client


def fields(answer) -> dict[str, str]:
    """The fields that the page offers to send once more."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', answer.content.decode())
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_without_a_database_every_page_says_so_in_chinese(database_away, cast):
    client = visitor(cast.officer)
    database_away()
    for path in ("/", "/orgs/", "/filings/?q=1", "/public/", "/accounts/login/", "/settings/"):
        answer = client.get(path)
        if path in ("/public/", "/accounts/login/") and answer.status_code == 200:
            continue  # needs none
        page = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (503, "30"), path
        assert "数据库暂时没有应答" in page and f'href="{path}"' in page and "<form" not in page
    part = client.get("/badges/", headers={"HX-Request": "true"})
    assert (part.status_code, part["Content-Type"]) == (503, "text/plain; charset=utf-8")
    data = client.get("/orgs/", headers={"Accept": "application/json"})
    assert data.status_code == 503 and "数据库" in data.json()["error"]
    assert visitor().get("/healthz").json() == {"ok": False, "failed": "database"}


def test_what_was_typed_is_offered_again_and_can_be_sent(database_away, cast, monkeypatch):
    client = visitor(cast.officer)
    sent = {
        "name": '<b>"春晓" & 合唱队',
        "note": "第一行\n第二行",
        "form_key": "k",
        "csrfmiddlewaretoken": "t",
        "empty": "",
    }
    path = reverse("orgs:create")
    with monkeypatch.context():
        database_away()
        answer = client.post(f"{path}?tier=team", sent)
    page = answer.content.decode()
    assert answer.status_code == 503 and "再次提交" in page and "<b>" not in page
    assert f'action="{path}?tier=team"' in page
    assert fields(answer) == sent
    assert "所选的文件" not in page


def test_files_are_told_and_passwords_and_what_is_too_large_never_come_back(database_away, cast):
    client = visitor(cast.officer)
    database_away()
    page = client.post(
        "/orgs/import/new/", {"ledger": "teams", "file": SimpleUploadedFile("a.xlsx", b"x")}
    ).content.decode()
    assert "所选的文件不能保留" in page and 'value="teams"' in page
    for person, path, data in (
        (visitor(), "/accounts/login/", {"username": "a", "password": "Geheim-2026"}),
        (client, "/orgs/new/", {"note": "长" * 300_000}),
    ):
        answer = person.post(path, data)
        page = answer.content.decode()
        assert answer.status_code == 503 and "后退" in page
        assert "Geheim-2026" not in page and "长长长" not in page and "<form" not in page


def test_the_database_comes_back_and_the_same_form_is_carried_out(database_away, cast):
    client = visitor(cast.sysadmin)
    here = connection.settings_dict["HOST"]
    path = reverse("reports:nightly_run")
    database_away()
    answer = client.post(path, {"a": "1"})
    assert answer.status_code == 503
    connection.settings_dict["HOST"] = here
    assert client.post(path, fields(answer)).status_code == 302
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_cut_in_the_middle_is_told_apart_from_a_mistake(cast):
    with pytest.raises(DatabaseError) as cut, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert outages.database_away(cut.value) and outages.passing(cut.value)
    connection.close()
    with pytest.raises(DatabaseError) as mistake, connection.cursor() as cursor:
        cursor.execute("SELECT nothing")
    assert not outages.passing(mistake.value) and not outages.passing(ValueError())


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_somebody_holds_too_long_asks_for_another_try(cast):
    with pytest.raises(OperationalError) as slow, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(2)")
    assert outages.collision(slow.value) and not outages.database_away(slow.value)


# ---- the disk -----------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch):
    monkeypatch.setattr(outages, "free", lambda place: 10 * 2**20)
    monkeypatch.setitem(outages._looked, "at", float("-inf"))
    yield
    monkeypatch.undo()
    outages._looked["at"] = float("-inf")


@pytest.mark.django_db
def test_a_full_disk_shows_what_there_is_and_refuses_the_rest_with_a_sentence(
    full_disk, cast, sign_in, make_org
):
    make_org("晨光合唱队")
    client = sign_in(cast.officer)
    assert "晨光合唱队" in client.get("/orgs/").content.decode()
    answer = client.post("/orgs/", {"do": "export", "x": "内容"})
    assert (answer.status_code, answer["Retry-After"]) == (507, "300")
    assert "磁盘空间不足" in answer.content.decode() and fields(answer)["x"] == "内容"
    assert not Job.objects.exists()
    assert client.get("/healthz").json() == {"ok": True, "writes": False}


@pytest.mark.django_db
def test_writing_goes_on_when_there_is_space_again(cast, sign_in, make_org, monkeypatch):
    make_org()
    client = sign_in(cast.officer)
    monkeypatch.setattr(outages, "free", lambda place: 0)
    monkeypatch.setitem(outages._looked, "at", float("-inf"))
    assert client.post("/orgs/", {"do": "export"}).status_code == 507
    monkeypatch.undo()
    monkeypatch.setitem(outages._looked, "at", float("-inf"))
    assert client.post("/orgs/", {"do": "export"}).status_code == 302
    assert Job.objects.count() == 1


def test_errors_of_a_full_disk_are_known_wherever_they_come_from():
    assert outages.disk_full(OSError(28, "No space left on device"))
    assert outages.disk_full(OSError(122, "Disk quota exceeded"))
    try:
        try:
            raise OSError(28, "x")
        except OSError as cause:
            raise RuntimeError from cause
    except RuntimeError as error:
        assert outages.disk_full(error)
    assert not outages.disk_full(OSError(2, "No such file"))
