"""The papers of a filing: the form and the certificate, to print and as PDF; and what their code tells anybody."""

import io

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe
from reportlab.lib.units import mm
from reportlab.platypus import Spacer, Table

from core.access import require
from core.audit import watch
from core.files import pdf
from core.forms.fields import PurposeForm
from core.words import one_line
from filings.actions.filing import show_paper
from filings.choices import Paper, Validity
from filings.models import Filing
from filings.queries import certificates
from filings.tables import papers

TONES = {Validity.VALID: "ok", Validity.CHANGED: "warn", Validity.STOPPED: "warn"}
FORM_TITLE = "社区群众活动团队备案表"
CERTIFICATE_TITLE = "社区群众活动团队备案证明"


@require_http_methods(["GET", "POST"])
def form(request, pk: int):
    """The form with phones and address masked; with them only in the answer to a stated purpose, which is recorded first."""
    filing = found(request, pk, Paper.FORM)
    purpose, whole = PurposeForm(request.POST or None), False
    if request.method == "POST":
        require(request.user, "orgs.reveal", "查看电话、家庭地址")
    if request.method == "POST" and purpose.is_valid():
        watch.read(request, about=filing, list="备案表", field="电话、家庭地址", **purpose.told())
        whole = True
    sections, said = papers.form_sections(filing, whole=whole), papers.opinions(filing)
    if (whole and "pdf" in request.POST) or request.path.endswith(".pdf"):
        return form_pdf(filing, sections, said)
    context = {
        "title": FORM_TITLE, "filing": filing, "sections": sections, "opinions": said, "whole": whole,
        "purpose": purpose if request.user.may("orgs.reveal") else None,
    }  # fmt: skip
    return render(request, "filings/paper_form.html", context)


def found(request, pk: int, paper: Paper) -> Filing:
    """The filing whose paper is asked for; that it was opened is remembered."""
    require(request.user, "filings.view", f"查看{paper.label}")
    rows = Filing.objects.visible_to(request.user).select_related("street", "community")
    filing = rows.filter(pk=pk).first()
    if filing is None:
        raise Http404
    return show_paper(filing, paper, by=request.user) if filing.decided_at else filing


def form_pdf(filing, sections, said):
    head = f"{filing.get_kind_display()}　　备案编号：{filing.filing_no or '（未编号）'}"
    parts = [pdf.title(FORM_TITLE), pdf.words(head, 10), Spacer(1, 2 * mm), *pdf.form_table(sections)]
    rows = [
        [
            pdf.words(o["label"], 9.5),
            [pdf.words(o["words"] or "　", 9.5), pdf.words(f"{o['who']}　{o['day']}", 9.5, alignment=2)],
        ]
        for o in said
    ]
    parts.append(
        Table(
            rows,
            colWidths=[pdf.WIDTH * 0.19, pdf.WIDTH * 0.81],
            style=[pdf.LINE, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
            splitInRow=1,
        )
    )
    return pdf.answer(parts, f"备案表_{filing.name}.pdf", heading=f"{FORM_TITLE}：{filing.name}")


def certificate_of(request, pk: int):
    found(request, pk, Paper.CERTIFICATE)
    certificate = certificates.of_filing(request.user, pk)
    if certificate is None:
        raise Http404
    return certificate


@require_GET
def certificate(request, pk: int):
    one = certificate_of(request, pk)
    standing = certificates.standing(one)
    context = {
        "title": CERTIFICATE_TITLE, "certificate": one, "rows": papers.certificate_rows(one),
        "words": papers.certificate_words(one), "issuer": papers.issuer_of(one), "day": papers.chinese(one.issued_on), "standing": standing,
        "tone": TONES.get(standing.validity, "late"), "address": public_address(request, one),
        "verify": public_address(request),
    }  # fmt: skip
    return render(request, "filings/paper_certificate.html", context)


@require_GET
def certificate_pdf(request, pk: int):
    one = certificate_of(request, pk)
    roomy = [pdf.LINE, ("TOPPADDING", (0, 0), (-1, -1), 6), ("BOTTOMPADDING", (0, 0), (-1, -1), 9)]
    rows = [
        [pdf.words(label, 13), pdf.words(one_line(text), 13)] for label, text in papers.certificate_rows(one)
    ]
    code = segno.make(public_address(request, one), error="m")
    foot = Table(
        [[pdf.code_drawing(code.matrix), [
            pdf.words(f"{papers.issuer_of(one)}（盖章）", 13, alignment=2), Spacer(1, 3 * mm),
            pdf.words(papers.chinese(one.issued_on), 13, alignment=2),
        ]]],
        colWidths=[pdf.WIDTH * 0.35, pdf.WIDTH * 0.65], style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")],
    )  # fmt: skip
    parts = [
        Spacer(1, 22 * mm), pdf.title(CERTIFICATE_TITLE, 24), Spacer(1, 12 * mm),
        Table(rows, colWidths=[pdf.WIDTH * 0.22, pdf.WIDTH * 0.78], style=roomy, splitInRow=1),
        Spacer(1, 10 * mm), pdf.words(papers.certificate_words(one), 13, firstLineIndent=26), Spacer(1, 16 * mm), foot,
        pdf.words(f"扫码查验，或在 {public_address(request)} 输入查验码 {one.printed_code}", 9),
    ]  # fmt: skip
    return pdf.answer(
        parts, f"备案证明_{one.filing.name}.pdf", heading=f"{CERTIFICATE_TITLE}：{one.filing.name}"
    )


@require_GET
def code_image(request, pk: int):
    """The QR code as a picture of lines; it prints sharp at every size."""
    one = certificate_of(request, pk)
    image = io.BytesIO()
    segno.make(public_address(request, one), error="m").save(image, kind="svg", scale=4, border=4)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")


def public_address(request, one=None) -> str:
    """The address that a code leads to, or the one where a code can be typed."""
    base = settings.PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"
    return base + (reverse("public:certificate", args=[one.code]) if one else reverse("public:verify"))


@login_not_required
@never_cache
@require_safe
def public_certificate(request, code: str):
    """Anybody with the code: valid, changed or cancelled."""
    watch.public(request)
    one = certificates.by_code(code)
    if one is None and (day := certificates.taken_back_on(code)):
        standing = certificates.Standing(Validity.WITHDRAWN, day)
        context = {"title": "查验备案证明", "standing": standing, "tone": "late", "rows": []}
        return render(request, "filings/public_certificate.html", context)
    if one is None:
        watch.missed(request)
        context = {"title": "查验备案证明", "asked": code, "missing": True}
        return render(request, "filings/public_verify.html", context, status=404)
    standing = certificates.standing(one)
    context = {
        "title": "查验备案证明", "standing": standing, "tone": TONES.get(standing.validity, "late"),
        "rows": papers.public_rows(one), "issuer": papers.issuer_of(one),
    }  # fmt: skip
    return render(request, "filings/public_certificate.html", context)


@login_not_required
@never_cache
@require_safe
def public_verify(request):
    """Where a code is typed by hand."""
    asked = request.GET.get("code", "").strip()
    typed = "".join(asked.split())
    if typed.replace("-", "").replace("_", "").isalnum() and typed.isascii():
        return redirect("public:certificate", typed)
    context = {"title": "查验备案证明", "asked": asked, "missing": bool(asked)}
    return render(request, "filings/public_verify.html", context)
