"""What a file is by its contents: what browsers cannot show and what is only named like a PDF is told."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from core.files import attachments, photos
from core.files.guard import Refused
from core.files.pdf import answer, words
from tests.conftest import PDF


def picture(kind: str, **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("more", [{}, {"no_jp2": True}])
def test_jpeg_2000_is_no_jpeg(more):
    content = picture("JPEG2000", **more)
    with pytest.raises(Refused, match="JPEG 2000"):
        attachments.kind_of(ContentFile(content, name="a.jpg"), "a.jpg")
    with pytest.raises(Refused, match="JPEG 2000"):
        photos.cleaned(ContentFile(content, name="a.jpg"))


def test_jpeg_and_png_are_what_they_were():
    assert attachments.kind_of(ContentFile(picture("JPEG"), name="a.jpg"), "a.jpg") == "image/jpeg"
    assert attachments.kind_of(ContentFile(picture("PNG"), name="a.png"), "a.png") == "image/png"


@pytest.mark.parametrize(
    "content", [b"%PDF-", b"%PDF-1.7\n%abc\n", b"%PDF-1.4 notes of a meeting\n" * 200, PDF[:-40]]
)
def test_text_that_begins_like_a_pdf_is_none(content):
    with pytest.raises(Refused, match="不是完整的 PDF"):
        attachments.kind_of(ContentFile(content, name="a.pdf"), "a.pdf")


@pytest.mark.parametrize("content", [PDF + b"\0" * 4_000])
def test_a_pdf_whose_end_cannot_be_found_is_none(content):
    with pytest.raises(Refused, match="不是完整的 PDF"):
        attachments.kind_of(ContentFile(content, name="a.pdf"), "a.pdf")


def test_pdf_is_one():
    ours = b"".join(answer([words("备案证明")], "备案证明", heading="备案证明").streaming_content)
    for content in (PDF, ours):
        assert attachments.kind_of(ContentFile(content, name="a.pdf"), "a.pdf") == "application/pdf"
