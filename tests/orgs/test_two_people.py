"""Two people at one record: nobody's work is lost, nothing is overwritten in silence."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from core.forms import merge
from orgs.actions import register
from orgs.choices import Tier
from orgs.models import Organization
from orgs.queries.register import timeline


def twice(organization) -> tuple[Organization, Organization]:
    return Organization.objects.get(pk=organization.pk), Organization.objects.get(pk=organization.pk)


def test_changes_of_different_fields_are_both_kept(make_org, cast):
    a, b = twice(make_org(contact_phone="19900000001"))
    a.contact_phone, b.remark = "19900000002", "在文化中心"
    assert register.edit(a, version=1, by=cast.street) == []
    assert register.edit(b, version=1, by=cast.officer) == ["联系电话"]
    kept = Organization.objects.get(pk=a.pk)
    assert (kept.contact_phone, kept.remark, kept.version) == ("19900000002", "在文化中心", 3)
    assert [e["who"] for e in timeline(kept)[:2]] == ["区民政", "甲街经办"]


def test_changes_of_the_same_field_are_shown_and_nothing_is_written(make_org, cast):
    a, b = twice(make_org(contact_phone="19900000001"))
    a.contact_phone, b.contact_phone = "19900000002", "19900000003"
    register.edit(a, version=1, by=cast.street)
    with pytest.raises(merge.Conflict) as caught:
        register.edit(b, version=1, by=cast.officer)
    found = caught.value
    assert (found.who, found.version) == ("甲街经办", 2)
    assert [(c.label, c.theirs, c.yours) for c in found.clashes] == [
        ("联系电话", "199****0002", "19900000003")
    ]
    assert Organization.objects.get(pk=a.pk).contact_phone == "19900000002"


def test_the_same_change_made_twice_is_no_conflict(make_org, cast):
    a, b = twice(make_org(contact_phone="19900000001"))
    a.contact_phone = b.contact_phone = "19900000002"
    register.edit(a, version=1, by=cast.street)
    assert register.edit(b, version=1, by=cast.officer) == []


def test_two_changes_that_do_not_fit_together_are_refused_with_a_sentence(make_org, cast):
    a, b = twice(make_org(tier=Tier.GROUP, member_count=20, party_member_count=5))
    a.member_count, b.party_member_count = 10, 15
    register.edit(a, version=1, by=cast.street)
    with pytest.raises(Exception, match="党员数不能多于参加人数"):
        register.edit(b, version=1, by=cast.officer)


def test_status_changes_while_somebody_edits_the_phone(make_org, cast):
    a, b = twice(make_org())
    register.change_status(a, status="stopped", reason="停", by=cast.officer)
    b.contact_phone = "19900000009"
    register.edit(b, version=1, names=["contact_phone"], by=cast.street)
    kept = Organization.objects.get(pk=a.pk)
    assert (kept.status, kept.contact_phone) == ("stopped", "19900000009")


def page_data(client, url) -> dict:
    form = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields}
    return {k: "" if v is None else v for k, v in data.items()}


@pytest.mark.parametrize(("choice", "kept"), [("theirs", "19900000002"), ("mine", "19900000003")])
def test_on_the_page_the_second_sees_who_when_and_both_values_and_chooses(
    choice, kept, make_org, cast, sign_in
):
    organization = make_org(contact_phone="19900000001", activity_content="合唱")
    url = reverse("orgs:edit", args=[organization.pk])
    client = sign_in(cast.officer)
    data = page_data(client, url)
    theirs = Organization.objects.get(pk=organization.pk)
    theirs.contact_phone = "19900000002"
    register.edit(theirs, version=1, by=cast.street)
    data |= {"contact_phone": "19900000003", "remark": "在文化中心"}
    answer = client.post(url, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert all(words in page for words in ("甲街经办", "199****0002", "19900000003", "请选择保留哪一个"))
    data |= {"version": answer.context["form"]["version"].value(), "clash": "contact_phone"}
    unchosen = client.post(url, data)
    assert "请选择保留谁的内容" in unchosen.content.decode()
    assert client.post(url, data | {"keep_contact_phone": choice}).status_code == 302
    organization.refresh_from_db()
    assert (organization.contact_phone, organization.remark) == (kept, "在文化中心")


@pytest.mark.django_db(transaction=True)
def test_ten_people_saving_different_fields_at_the_same_moment_all_stay(make_org, cast):
    organization = make_org()
    fields = [
        "remark",
        "activity_place",
        "activity_time",
        "contact_phone",
        "contact_name",
        "party_branch",
        "frequency",
    ]
    errors, start = [], threading.Barrier(len(fields))

    def save(name):
        try:
            mine = Organization.objects.get(pk=organization.pk)
            setattr(mine, name, f"{name}甲"[:20])
            start.wait(10)
            register.edit(mine, version=1, names=[name], by=cast.street)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[name]) for name in fields]
    [t.start() for t in threads]
    [t.join(30) for t in threads]
    organization.refresh_from_db()
    assert errors == []
    assert [getattr(organization, name) for name in fields] == [f"{name}甲"[:20] for name in fields]
    assert organization.version == 1 + len(fields)


def test_who_left_the_masked_phone_alone_keeps_the_others_new_one(make_org, cast, sign_in):
    organization = make_org(contact_phone="19900000001", activity_content="合唱")
    url = reverse("orgs:edit", args=[organization.pk])
    client = sign_in(cast.officer)
    data = page_data(client, url) | {"remark": "在文化中心"}
    theirs = Organization.objects.get(pk=organization.pk)
    theirs.contact_phone = "19900000002"
    register.edit(theirs, version=1, by=cast.street)
    assert data["contact_phone"] == "199****0001"
    answer = client.post(url, data, follow=True)
    assert "同时保留了他人刚才修改的：联系电话" in answer.content.decode()
    organization.refresh_from_db()
    assert (organization.contact_phone, organization.remark) == ("19900000002", "在文化中心")
