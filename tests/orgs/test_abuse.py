"""What somebody tried who knows the addresses and does not mean well."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import undo
from core.choices import JobState
from core.models import Draft, Job
from orgs.actions import register
from orgs.actions.imports import job as imports
from orgs.actions.status import FLOW, ask
from orgs.choices import Verb
from orgs.models import Organization, StatusChange
from orgs.tables.ledgers import LEDGERS
from tests.core.test_drafts import URL, form_of, group

TODAY = datetime.date.today()


@pytest.fixture
def returned(make_org, cast):
    case = ask(make_org(), by=cast.committee, status="stopped", effective_on=TODAY, reason="不再活动")
    return FLOW.take(case, "send_back", by=cast.street, returned={"reason": "<b hx-post='/x/'>改</b>"})


def test_a_made_up_clash_does_not_show_the_phone(make_org, cast, sign_in):
    organization = make_org(tier="group", contact_phone="13812345678")
    data = {"clash": "contact_phone", "keep_contact_phone": "theirs", "version": 1, "name": ""}
    page = sign_in(cast.officer).post(reverse("orgs:edit", args=[organization.pk]), data)
    assert "13812345678" not in page.content.decode()
    data["clash"] = "search_terms"
    assert sign_in(cast.officer).post(reverse("orgs:edit", args=[organization.pk]), data).status_code == 200


def test_the_decider_does_not_write_the_text_that_he_decides_on(returned, cast, sign_in):
    url = reverse("orgs:status_change_edit", args=[returned.pk])
    assert sign_in(cast.street).post(url, {"reason": "街镇代写"}).status_code == 404
    with pytest.raises(Exception, match="只有填报的一方"):
        FLOW.correct(returned, by=cast.street, reason="街镇代写")
    assert StatusChange.objects.get(pk=returned.pk).reason == "不再活动"


def test_words_of_the_decider_are_words_in_the_form(returned, cast, sign_in):
    page = sign_in(cast.committee).get(reverse("orgs:status_change_edit", args=[returned.pk]))
    assert "<b hx-post" not in page.content.decode()


def test_an_older_page_does_not_overwrite_a_correction(returned, cast, sign_in):
    url = reverse("orgs:status_change_edit", args=[returned.pk])
    client = sign_in(cast.committee)
    seen = client.get(url).context["seen"]
    client.post(url, {"reason": "先改的", "seen": seen, "keep": "1"})
    again = client.post(url, {"reason": "后改的", "seen": seen, "keep": "1"})
    assert "有人修改过这条记录" in again.content.decode()
    assert StatusChange.objects.get(pk=returned.pk).reason == "先改的"


def test_the_status_of_a_registered_body_is_the_districts(make_org, cast, sign_in):
    organization = make_org(tier="registered")
    url = reverse("orgs:status", args=[organization.pk])
    page = sign_in(cast.street).post(url, {"status": "revoked", "reason": "越权"})
    assert "由区民政局变更" in page.content.decode()
    assert sign_in(cast.officer).post(url, {"status": "rectifying", "reason": "整改"}).status_code == 302
    organization.refresh_from_db()
    assert organization.status == "rectifying"


@pytest.mark.parametrize(
    ("tier", "status", "who"),
    [("group", "normal", "committee"), ("team", "filed", "street"), ("team", "cancelled", "officer"), ("group", "stopped", "street")],
)  # fmt: skip
def test_promotion_is_the_deciders_and_of_what_is_alive(tier, status, who, make_org, cast):
    organization = make_org(tier=tier, status=status)
    with pytest.raises(Exception, match="升级"):
        register.promote(organization, reason="x", by=getattr(cast, who), credit_code="", filing_no="1")
    assert Organization.objects.get(pk=organization.pk).tier == tier


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "leader"}, {"role": "audit_admin"}])
def test_an_import_does_not_write_for_who_may_not_any_more(change, cast):
    file = SimpleUploadedFile("x.xlsx", b"PK")
    job = imports.submit(ledger=LEDGERS["groups"], file=file, by=cast.street)
    type(cast.street).objects.filter(pk=cast.street.pk).update(**change)
    imports.work(job.pk, LEDGERS)
    kept = Job.objects.get(pk=job.pk)
    assert kept.state == JobState.FAILED
    assert "没有写入" in kept.message


def test_who_moved_to_another_street_does_not_undo_in_the_old_one(make_org, cast):
    organization = make_org()
    register.edit(organization, version=1, by=cast.street, verb=Verb.EDIT, names=["remark"])
    organization.remark = "改过"
    register.edit(organization, version=2, by=cast.street, names=["remark"])
    act = organization.events.order_by("-pgh_id").first().pgh_context_id
    cast.street.street = cast.yi
    cast.street.__dict__.pop("area", None)
    with pytest.raises(undo.Refused, match="不在您辖区"):
        undo.undo(act, cast.street)


def test_a_used_key_with_other_contents_loses_nothing(cast, sign_in):
    client = sign_in(cast.committee)
    data = form_of(client) | group(cast)
    client.post(URL, data)
    again = client.post(URL, data | {"name": "后退以后改的"}, follow=True)
    assert "没有丢失" in again.content.decode()
    assert 'value="后退以后改的"' in again.content.decode()
    assert Organization.objects.count() == 1


def test_a_signed_out_sending_leaves_earlier_drafts_alone(cast, sign_in, client):
    mine = sign_in(cast.committee)
    data = form_of(mine) | group(cast, name="我的草稿")
    mine.post("/drafts/", data)
    client.post(URL, data | {"name": "别人写的"})
    assert sorted(d.fields["name"][0] for d in Draft.objects.all()) == ["别人写的", "我的草稿"]
    type(cast.committee).objects.filter(pk=cast.committee.pk).update(is_active=False)
    client.post(URL, data | {"name": "停用以后"})
    assert Draft.objects.count() == 2


@pytest.mark.parametrize("query", ["size=²", "street=²", "community=²", "district=²", "page=x:y:z"])
def test_tampered_addresses_are_no_error_of_ours(query, make_org, cast, sign_in):
    make_org()
    assert sign_in(cast.officer).get(f"/orgs/?{query}").status_code in (200, 404)


def test_a_page_token_belongs_to_its_sort(make_org, cast, sign_in):
    for _ in range(30):
        make_org()
    client = sign_in(cast.officer)
    token = client.get("/orgs/?size=25").context["next"].split("page=")[1].split("&")[0]
    assert client.get(f"/orgs/?size=25&sort=active&page={token}").status_code == 404


def test_a_nul_is_refused(cast, sign_in):
    client = sign_in(cast.committee)
    assert client.post("/drafts/", form_of(client) | {"name": "a\x00b"}).status_code == 400
