"""A phone is masked everywhere; whoever needs it says why, and that is recorded."""

import pytest
from django.urls import reverse

from core.models import AuditEvent
from orgs.models import Organization

pytestmark = pytest.mark.django_db
NUMBER, MASKED = "13800001234", "138****1234"


@pytest.fixture
def organization(make_org):
    return make_org(contact_phone=NUMBER)


@pytest.fixture
def url(organization):
    return reverse("orgs:phone", args=[organization.pk])


def reads():
    return list(AuditEvent.objects.filter(kind="read").order_by("id"))


def test_the_number_is_shown_once_for_a_stated_purpose(organization, url, cast, sign_in):
    client = sign_in(cast.street)
    detail = client.get(reverse("orgs:detail", args=[organization.pk])).content.decode()
    assert (MASKED in detail, NUMBER in detail, url in detail) == (True, False, True)
    asked = client.get(url).content.decode()
    assert (MASKED in asked, NUMBER in asked, reads()) == (True, False, [])
    answer = client.post(url, {"purpose": "contact", "note": ""})
    assert NUMBER in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert NUMBER not in client.get(url).content.decode()


def test_who_looked_at_what_and_why_is_recorded(organization, url, cast, sign_in):
    sign_in(cast.street).post(url, {"purpose": "other", "note": "回访"})
    (event,) = reads()
    assert (event.user, event.path) == (cast.street, url)
    assert event.detail == {
        "list": "组织名册",
        "model": "orgs.organization",
        "record": organization.pk,
        "name": organization.name,
        "field": "联系电话",
        "purpose": "其他",
        "note": "回访",
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "用途：请选择"), ({"purpose": "x"}, "用途："), ({"purpose": "other"}, "说明：请写明用途")],
)
def test_without_a_purpose_there_is_no_number_and_no_record(data, words, url, cast, sign_in):
    page = sign_in(cast.street).post(url, data | {"csrf": "1"}).content.decode()
    assert words in page
    assert (NUMBER in page, reads()) == (False, [])


def test_only_officers_of_the_area_may_look(organization, url, cast, sign_in):
    assert sign_in(cast.other_street).post(url, {"purpose": "contact"}).status_code == 404
    for person in (cast.leader, cast.auditor, cast.sysadmin):
        assert sign_in(person).post(url, {"purpose": "contact"}).status_code == 403
    assert reads() == []
    detail = sign_in(cast.leader).get(reverse("orgs:detail", args=[organization.pk])).content.decode()
    assert (MASKED in detail, url in detail) == (True, False)


def test_without_a_number_there_is_nothing_to_look_at(make_org, cast, sign_in):
    organization = make_org()
    client = sign_in(cast.street)
    assert client.get(reverse("orgs:phone", args=[organization.pk])).status_code == 404
    assert "/phone/" not in client.get(reverse("orgs:detail", args=[organization.pk])).content.decode()


@pytest.fixture
def saved(organization, cast, sign_in):
    """saved(phone) → the answer to saving the form with this phone and everything else as it was."""

    def save(phone):
        client = sign_in(cast.street)
        page = client.get(reverse("orgs:edit", args=[organization.pk]))
        form = page.context["form"]
        assert (MASKED in page.content.decode(), NUMBER in page.content.decode()) == (True, False)
        data = {field.name: field.value() for field in form if field.value() not in (None, "")}
        return client.post(
            reverse("orgs:edit", args=[organization.pk]),
            data | {"remark": "唱歌", "contact_phone": phone},
        )

    return save


def test_the_form_keeps_a_masked_number_as_it_was(saved, organization):
    assert saved(MASKED).status_code == 302
    stored = Organization.objects.get(pk=organization.pk)
    assert (stored.contact_phone, stored.remark) == (NUMBER, "唱歌")


@pytest.mark.parametrize("phone", ["13900005678", ""])
def test_the_form_takes_a_new_number_or_none(phone, saved, organization):
    assert saved(phone).status_code == 302
    assert Organization.objects.get(pk=organization.pk).contact_phone == phone


def test_the_form_refuses_stars_that_mean_nothing(saved, organization):
    assert "被遮蔽的号码无法还原" in saved("139****0000").content.decode()
    assert Organization.objects.get(pk=organization.pk).contact_phone == NUMBER


def test_the_history_shows_numbers_masked(saved, organization, cast, sign_in):
    saved("13900005678")
    url = reverse("orgs:detail", args=[organization.pk]) + "?tab=history"
    page = sign_in(cast.street).get(url).content.decode()
    assert [text in page for text in (MASKED, "139****5678", NUMBER, "13900005678")] == [
        True,
        True,
        False,
        False,
    ]
