"""The form, the certificate and what its code says to anybody."""

import datetime
import io

import pytest
import segno
from django.urls import reverse
from pypdf import PdfReader

from core.models import AuditEvent
from filings import policy
from filings.actions.filing import FLOW, begin, enter
from filings.choices import Kind
from filings.queries import certificates
from orgs.actions import register
from orgs.choices import Door
from orgs.models import Organization

SECRETS = ("13812345678", "13987654321", "401室")


def pdf_text(response, tmp_path) -> tuple[int, str]:
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"".join(response.streaming_content))
    pages = PdfReader(path).pages
    return len(pages), "".join(page.extract_text() for page in pages)


def test_the_form_holds_every_field_and_both_opinions_and_no_phone(filed, cast, sign_in, tmp_path):
    case = filed()
    client = sign_in(cast.street)
    page = client.get(reverse("filings:form", args=[case.pk])).content.decode()
    labels = [str(case._meta.get_field(name).verbose_name) for _, names in policy.FORM for name in names]
    assert [label for label in labels if f">{label}</th>" not in page] == []
    pages, text = pdf_text(client.get(reverse("filings:form_pdf", args=[case.pk])), tmp_path)
    squeezed = "".join(text.split())
    for words in (
        "李秀英",
        "情况属实，同意上报。",
        "符合条件，准予备案。",
        case.filing_no,
        str(cast.committee),
    ):
        assert words in page and words.replace(" ", "") in squeezed, words
    assert pages == 1
    assert not [secret for secret in SECRETS if secret in page or secret in squeezed]


def test_phones_are_printed_for_a_purpose_that_is_recorded(filed, cast, sign_in, tmp_path):
    case = filed()
    client, url = sign_in(cast.street), reverse("filings:form", args=[case.pk])
    assert SECRETS[0] not in client.post(url, {"purpose": ""}).content.decode()
    assert not AuditEvent.objects.filter(kind="read").exists()
    page = client.post(url, {"purpose": "check"}).content.decode()
    assert all(secret in page for secret in SECRETS)
    told = AuditEvent.objects.get(kind="read").detail
    assert (told["list"], told["record"], told["purpose"]) == ("备案表", case.pk, "核实信息")
    _, text = pdf_text(client.post(url, {"purpose": "check", "pdf": "1"}), tmp_path)
    assert SECRETS[0] in text


def test_the_certificate_prints_and_its_code_leads_to_the_public_page(
    filed, cast, sign_in, client, tmp_path, settings
):
    settings.PUBLIC_URL = "https://shzz.example"
    case = filed()
    page = sign_in(cast.committee).get(reverse("filings:certificate", args=[case.pk])).content.decode()
    assert case.filing_no in page and "甲街街道办事处" in page
    pages, text = pdf_text(
        sign_in(cast.committee).get(reverse("filings:certificate_pdf", args=[case.pk])), tmp_path
    )
    assert pages == 1 and "甲一春晓合唱队" in text and case.certificate.printed_code in "".join(text.split())
    image = sign_in(cast.committee).get(reverse("filings:code", args=[case.pk]))
    address = f"https://shzz.example/public/filings/{case.certificate.code}/"
    assert image["Content-Type"] == "image/svg+xml"
    expected = io.BytesIO()
    segno.make(address, error="m").save(expected, kind="svg", scale=4, border=4)
    assert image.content == expected.getvalue()
    public = client.get(address.removeprefix("https://shzz.example"))
    told = public.content.decode()
    assert public.status_code == 200 and "有效" in told and "李*" in told and "李**" not in told
    assert not [secret for secret in (*SECRETS, "李秀英") if secret in told]


@pytest.mark.parametrize(
    "address",
    ["filings:form", "filings:form_pdf", "filings:certificate", "filings:certificate_pdf", "filings:code"],
)
def test_papers_lie_in_the_jurisdiction_of_their_filing(address, filed, cast, sign_in, client):
    url = reverse(address, args=[filed().pk])
    assert sign_in(cast.other_street).get(url).status_code == 404
    assert sign_in(cast.auditor).get(url).status_code == 403
    assert client.get(url).status_code == 302


def says(client, case) -> str:
    page = client.get(reverse("public:certificate", args=[case.certificate.code])).content.decode()
    return page.split('class="public-state"')[1].split("</p>")[0]


def test_a_change_makes_the_old_certificate_say_so(filed, cast, client):
    case = filed()
    change = begin(Kind.CHANGE, case.organization)
    change.leader_name, change.reason = "赵六", "换届"
    change = FLOW.take(enter(change, by=cast.committee), "review", by=cast.committee, note="属实")
    change = FLOW.take(change, "approve_change", by=cast.street, note="准予")
    assert "已变更" in says(client, case)
    assert f"{datetime.date.today():%Y年}" in says(client, case)
    assert "有效" in says(client, change)


@pytest.mark.parametrize(("status", "words"), [("cancelled", "已注销"), ("stopped", "已停止活动")])
def test_who_ended_is_said_to_have_ended(status, words, filed, cast, client):
    case = filed()
    register.change_status(case.organization, status=status, reason="不再活动", by=cast.street)
    assert words in says(client, case)
    assert certificates.standing(certificates.by_code(case.certificate.code)).since == datetime.date.today()


def test_a_team_that_became_a_registered_body_says_so(filed, cast, client):
    case = filed()
    register.promote(
        case.organization,
        reason="登记",
        by=cast.officer,
        credit_code="52310105MJ49000138",
        legal_form="service_agency",
    )
    assert "已转为注册社会组织" in says(client, case)


def test_another_name_in_the_register_means_another_certificate(filed, cast, client):
    case = filed()
    team = Organization.objects.get(pk=case.organization_id)
    team.name = "甲一春晓艺术团"
    register.edit(team, version=team.version, by=cast.street, reason="市系统更名", door=Door.MUNICIPAL)
    assert "已变更" in says(client, case)


@pytest.mark.parametrize("code", ["unknown", "<script>", "../../etc/passwd", "%00"])
def test_an_unknown_code_is_one_sentence(code, client, db):
    answer = client.get(reverse("public:verify"), {"code": code}, follow=True)
    assert "没有这个查验码" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("<main")[1].split('name="code"')[0]


@pytest.mark.parametrize("path", ["a%0Ab", "%F0%9F%98%80", "x" * 300])
def test_a_strange_address_is_a_sentence_too(path, client, db):
    answer = client.get(f"/public/filings/{path}/")
    assert answer.status_code == 404 and "没有这个查验码" in answer.content.decode()


def test_only_the_public_pages_are_open_to_anybody(filed, client):
    case = filed()
    assert client.get("/public/").status_code == 200
    assert client.get(case.get_absolute_url()).status_code == 302


def test_the_public_page_answers_to_head(filed, client):
    url = reverse("public:certificate", args=[filed().certificate.code])
    assert client.head(url).status_code == 200 and client.post(url).status_code == 405
