"""Papers at their edges: who may see a phone, long words, rare characters, merged teams, days of this city."""

import datetime
import logging

import pytest
from django.db import connection
from django.urls import reverse

from core.files import pdf
from core.models import AuditEvent
from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import Kind, Validity
from filings.models import Certificate, Filing
from filings.queries import certificates
from filings.tables import papers
from orgs.actions import duplicates
from orgs.models import DuplicatePair, Organization
from places.models import Community, Street
from tests.filings.conftest import WHOLE
from tests.filings.test_papers import SECRETS, pdf_text

EARLY = datetime.datetime(2026, 11, 2, 17, 30, tzinfo=datetime.UTC)  # half past one on the third, here


@pytest.mark.parametrize("asked", [{}, {"pdf": "1"}])
def test_who_may_not_see_phones_gets_none_for_a_purpose_either(asked, filed, cast, sign_in):
    client, url = sign_in(cast.leader), reverse("filings:form", args=[filed().pk])
    assert not cast.leader.may("orgs.reveal")
    page = client.get(url)
    assert page.status_code == 200 and 'name="purpose"' not in page.content.decode()
    answer = client.post(url, {"purpose": "check"} | asked)
    assert answer.status_code == 403 and not [s for s in SECRETS if s in answer.content.decode()]
    assert not AuditEvent.objects.filter(kind="read").exists()


def test_whoever_must_change_the_password_still_reads_what_anybody_may(filed, cast, sign_in):
    case, client = filed(), sign_in(cast.street)
    cast.street.must_change_password = True
    cast.street.save()
    assert client.get(reverse("public:certificate", args=[case.certificate.code])).status_code == 200
    assert client.get(case.get_absolute_url()).status_code == 302


@pytest.mark.parametrize("words", ["情" * 500, "情\n" * 250, "情" * 3000])
def test_an_opinion_of_any_length_is_printed_whole(words, new_filing, cast, sign_in, tmp_path):
    case = actions.enter(new_filing(reason="说\n" * 250), by=cast.committee)
    case = FLOW.take(case, "review", by=cast.committee, note=words)
    _, text = pdf_text(sign_in(cast.street).get(reverse("filings:form_pdf", args=[case.pk])), tmp_path)
    assert text.count("情") >= words.count("情") and text.count("说") >= 250


@pytest.mark.parametrize(("name", "read"), [("䶮堃玥", "䶮堃玥"), ("李😀", "李□"), ("李\u200b英", "李英")])
def test_a_character_that_the_font_lacks_is_a_box_and_is_logged(
    name, read, filed, cast, sign_in, tmp_path, caplog
):
    case = filed(leader_name=name)
    with caplog.at_level(logging.WARNING, "core.files.pdf"):
        answer = sign_in(cast.street).get(reverse("filings:certificate_pdf", args=[case.pk]))
    assert read in "".join(pdf_text(answer, tmp_path)[1].split())
    assert ("U+1F600" in caplog.text) == ("□" in read)


def test_without_the_font_a_built_in_one_is_named(settings, filed, cast, sign_in, caplog):
    settings.PDF_FONT = "/nowhere.ttf"
    pdf.font.cache_clear()
    try:
        answer = sign_in(cast.street).get(reverse("filings:certificate_pdf", args=[filed().pk]))
        assert answer.status_code == 200 and b"STSong-Light" in b"".join(answer.streaming_content)
        assert "no font for PDF" in caplog.text
    finally:
        pdf.font.cache_clear()


@pytest.mark.parametrize("kept", [0, 1])
def test_of_two_merged_teams_the_one_that_stays_keeps_its_certificate(kept, filed, cast):
    cases = [filed(), filed(name="甲一春晓合唱团", leader_name="王五")]
    a, b = sorted(case.organization_id for case in cases)
    pair = DuplicatePair.objects.create(a_id=a, b_id=b)
    keep = Organization.objects.get(pk=cases[kept].organization_id)
    duplicates.merge(pair, keep=keep, take=set(), versions={}, by=cast.street)
    found = [certificates.standing(certificates.by_code(case.certificate.code)) for case in cases]
    assert found[kept].validity == Validity.VALID
    assert (found[1 - kept].validity, found[1 - kept].since) == (Validity.CHANGED, datetime.date.today())


def test_days_are_those_of_the_city(filed, cast):
    case = filed()
    team = case.organization
    with connection.cursor() as cursor:  # history cannot be changed; this test needs another hour in it
        cursor.execute("SET LOCAL session_replication_role = replica")
        team.events.update(pgh_created_at=EARLY)
        case.events.update(pgh_created_at=EARLY)
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert certificates.since(team, "name") == datetime.date(2026, 11, 3)
    assert {said["day"] for said in papers.opinions(case)} == {"2026年11月3日"}


def test_what_a_certificate_says_is_what_was_filed(filed, cast):
    case = filed()
    Organization.objects.filter(pk=case.organization_id).update(leader_name="赵六", activity_place="别处")
    rows = dict(papers.certificate_rows(Certificate.objects.get(filing=case)))
    assert (rows["负 责 人"], rows["活动地点"]) == ("李秀英", "甲一居委活动室")


def test_names_of_places_and_categories_stay_as_they_were_on_the_day(filed, cast, sign_in):
    case = filed()
    Street.objects.filter(pk=case.street_id).update(name="新名镇")
    Community.objects.filter(pk=case.community_id).update(name="新名居委会")
    case = Filing.objects.get(pk=case.pk)
    certificate = Certificate.objects.get(filing=case)
    assert dict(papers.certificate_rows(certificate))["所属社区"] == "甲街街道甲一居委会"
    assert dict(papers.public_rows(certificate))["备案机关"] == "甲街街道办事处"
    facts = {label: words for _, rows in papers.form_sections(case) for label, words in rows}
    assert (facts["所属街镇"], facts["所属社区"]) == ("甲街街道", "甲一居委会")


def test_a_later_certificate_keeps_the_day_of_the_filing(filed, cast, new_filing):
    case = filed()
    first = Certificate.objects.get(filing=case)
    Certificate.objects.filter(pk=first.pk).update(issued_on=datetime.date(2025, 3, 1))
    change = actions.begin(Kind.CHANGE, case.organization)
    change.name, change.reason = "甲一春晓合唱团", "改名"
    change = FLOW.take(actions.enter(change, by=cast.committee), "review", by=cast.committee, note="同意。")
    change = FLOW.take(change, "approve_change", by=cast.street, note="准予。")
    rows = dict(papers.certificate_rows(change.certificate))
    assert rows["备案日期"] == "2025年3月1日" != rows["发证日期"]


def test_a_team_from_a_ledger_has_no_day_of_filing_on_its_certificate(cast, make_org):
    known = {name: words for name, words in WHOLE.items() if name in actions.SHARED} | {"name": "甲一旧队"}
    team = make_org(filing_no="HY-001", **known | {"established_on": datetime.date(2020, 1, 1)})
    change = actions.begin(Kind.CHANGE, team)
    change.reason, change.member_count = "人数变化", 30
    change = FLOW.take(actions.enter(change, by=cast.committee), "review", by=cast.committee, note="同意。")
    change = FLOW.take(change, "approve_change", by=cast.street, note="准予。")
    assert "备案日期" not in dict(papers.certificate_rows(change.certificate))


@pytest.mark.parametrize("typed", ["{0}", "{1}", "{2}", " {2} "])
def test_a_code_may_be_typed_as_it_is_printed_or_small(filed, client, typed):
    code = Certificate.objects.get(filing=filed()).code
    assert len(code) == 16 and not set(code) & set("01OIlL")
    grouped = "-".join(code[n : n + 4] for n in range(0, 16, 4))
    answer = client.get("/public/", {"code": typed.format(code, grouped, grouped.lower())}, follow=True)
    assert answer.status_code == 200 and "有效" in answer.content.decode()


def test_a_code_of_the_first_kind_still_leads_to_its_certificate(filed, client):
    Certificate.objects.filter(filing=filed()).update(code="aB-_3xYz9Q-kLm0P")
    assert client.get("/public/filings/aB-_3xYz9Q-kLm0P/").status_code == 200
