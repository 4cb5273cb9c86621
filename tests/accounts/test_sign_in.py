import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def test_sign_in_leads_to_the_to_do_page_and_is_recorded(cast):
    response = Client().post(LOGIN, {"username": "甲街经办", "password": "Demo-2026"})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert list(AuditEvent.objects.values_list("kind", "username")) == [("sign_in", "甲街经办")]


def test_a_wrong_password_is_told_plainly_and_recorded(cast):
    response = Client().post(LOGIN, {"username": "甲街经办", "password": "x"})
    assert "账号或密码不对" in response.content.decode()
    assert list(AuditEvent.objects.values_list("kind", flat=True)) == ["sign_in_failed"]


def test_five_wrong_passwords_lock_the_account(cast, settings):
    settings.AXES_ENABLED = True
    client = Client()
    for _ in range(5):
        response = client.post(LOGIN, {"username": "甲街经办", "password": "x"})
    assert response.status_code == 429
    assert "账号已锁定" in response.content.decode()


def test_sign_out_ends_the_session(cast, sign_in):
    client = sign_in(cast.street)
    assert client.post(reverse("accounts:logout")).status_code == 302
    assert client.get("/orgs/").status_code == 302


def test_an_initial_password_must_be_changed_before_anything_else(cast, sign_in):
    User.objects.filter(pk=cast.street.pk).update(must_change_password=True)
    client = sign_in(cast.street)
    assert client.get("/orgs/")["Location"] == reverse("accounts:password")
    data = {"old_password": "Demo-2026", "new_password1": "Xin-2026-mima", "new_password2": "Xin-2026-mima"}
    client.post(reverse("accounts:password"), data)
    assert client.get("/orgs/").status_code == 200


@pytest.mark.parametrize("password", ["short1A", "alllowercase", "甲街经办甲街"])
def test_a_weak_password_is_refused(password, cast, sign_in):
    data = {"old_password": "Demo-2026", "new_password1": password, "new_password2": password}
    response = sign_in(cast.street).post(reverse("accounts:password"), data)
    assert response.status_code == 200
    assert not User.objects.get(pk=cast.street.pk).check_password(password)


@pytest.mark.parametrize("url", ["/", "/orgs/", "/orgs/1/", "/orgs/targets/", "/reports/nightly/", "/jobs/"])
def test_every_page_asks_to_sign_in(url, db):
    assert Client().get(url)["Location"].startswith(LOGIN)


def test_own_profile_can_be_changed_but_neither_role_nor_the_name_that_the_history_shows(cast, sign_in):
    data = {"name": "区民政", "role": "district_officer", "phone": "19900000001"}
    sign_in(cast.street).post(reverse("accounts:profile"), data)
    person = User.objects.get(pk=cast.street.pk)
    assert (person.name, person.role, person.phone) == ("甲街经办", "street_officer", "19900000001")


def test_the_audit_trail_cannot_be_changed_or_deleted(cast):
    Client().post(LOGIN, {"username": "甲街经办", "password": "x"})
    with pytest.raises(Exception, match="append_only|Cannot"):
        AuditEvent.objects.update(username="他人")
