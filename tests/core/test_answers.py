"""What every answer has in common: who may keep it, and that a refusal says why."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from core.logs import Refusals

LOGIN = "/accounts/login/"


@pytest.mark.django_db
def test_no_page_of_a_signed_in_person_is_kept_by_a_browser_or_a_proxy(cast, make_org, sign_in):
    organization = make_org(contact_phone="13800001234")
    client = sign_in(cast.street)
    pages = [
        "/", "/orgs/", f"/orgs/{organization.pk}/", f"/orgs/{organization.pk}/phone/", "/jobs/", "/acts/", "/accounts/profile/",
        "/filings/", "/nowhere/", "/audit/", reverse("orgs:import_template", args=["teams"]),
    ]  # fmt: skip
    answers = {page: client.get(page) for page in pages}
    assert {page for page, a in answers.items() if a["Cache-Control"] != "private, no-store"} == set()
    assert {a.status_code for a in answers.values()} == {200, 403, 404}
    assert "no-store" in client.post(reverse("accounts:logout"))["Cache-Control"]


@pytest.mark.django_db
def test_the_answer_that_begins_a_session_is_not_kept_either(cast):
    answer = Client().post(LOGIN, {"username": "甲街经办", "password": "Demo-2026"})
    assert answer.status_code == 302 and "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_what_anybody_may_read_is_asked_for_again_and_static_files_are_left_to_themselves(client):
    assert client.get("/healthz")["Cache-Control"] == "no-cache"
    assert client.get("/orgs/")["Cache-Control"] == "no-cache"  # leads to the sign-in
    assert "no-store" in client.get("/public/")["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["delete", "put", "patch", "trace"])
@pytest.mark.parametrize("path", ["/orgs/", "/jobs/", "/acts/", "/public/"])
def test_a_method_that_an_address_does_not_know_is_refused_in_words(method, path, cast, sign_in):
    answer = getattr(sign_in(cast.street), method)(path)
    assert answer.status_code == 405 and "GET" in answer["Allow"]
    assert "这个地址不能这样打开。" in answer.content.decode()


@pytest.mark.django_db
def test_a_refusal_is_one_line_of_the_log(cast, sign_in, caplog):
    assert sign_in(cast.auditor).get("/orgs/").status_code == 403
    told = [record for record in caplog.records if record.name == "django.request"]
    assert [(r.getMessage(), r.exc_info) for r in told] == [("403 GET orgs/", None)]


def test_an_error_of_ours_keeps_its_traceback():
    error = (ValueError, ValueError("x"), None)
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "broken", (), error)
    assert Refusals().filter(record) and record.exc_info == error


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_words(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.street, backend="accounts.backends.AreaBackend")
    answer = client.post("/orgs/new/", {"name": "x"})
    assert answer.status_code == 403 and "刷新后再提交。" in answer.content.decode()
