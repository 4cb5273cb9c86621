"""One guard for uploads of every kind: what it refuses is refused before it is parsed, by the bytes that were read."""

import io
import struct
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.files import attachments, guard, photos
from core.files.guard import Refused
from core.models import Job

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["名称"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def directory(entries: int, told: int) -> bytes:
    """An archive of nothing but so many entries of its directory, which claims to have `told`."""
    name = b"xl/a"
    one = (
        struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
        + name
    )
    listed = one * entries
    return listed + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, told, told, len(listed), 0, 0)


def far(entries: int) -> bytes:
    """The same in the form for large archives: the usual end says nothing, a record before it says all."""
    plain = directory(entries, 0xFFFF)
    listed, end = plain[:-22], plain[-22:-10] + b"\xff" * 8 + plain[-2:]
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, len(listed), 0)
    return listed + record + struct.pack("<4sIQI", b"PK\x06\x07", 0, len(listed), 1) + end


class Counting(SimpleUploadedFile):
    """Remembers how much was read of it."""

    taken = 0

    def read(self, *size):
        found = self.file.read(*size)
        self.taken += len(found)
        return found


HUGE = {
    "as many as it says": lambda n: directory(n, 0xFFFF),
    "says three": lambda n: directory(n, 3),
    "says none": lambda n: directory(n, 0),
    "in the large form": far,
}


@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("entries", [980_000, 12_000])
def test_a_workbook_of_countless_parts_is_refused_by_its_end(make, entries):
    with pytest.raises(Refused, match="压缩炸弹"):
        guard.check_upload(file := Counting("台账.xlsx", make(entries)))
    assert file.taken < 1024 * 1024


@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("name", ["会议记录.docx", "名单.xlsx"])
def test_the_same_as_an_attachment(name, make):
    with pytest.raises(Refused, match="压缩炸弹"):
        attachments.kind_of(file := Counting(name, make(400_000)), name)
    assert file.taken < 1024 * 1024


def test_no_more_than_the_first_bytes_of_each_part_are_unpacked_within_a_request(monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in (
            "[Content_Types].xml",
            "xl/workbook.xml",
            *(f"xl/worksheets/{n}.xml" for n in range(200)),
        ):
            archive.writestr(name, b"<a>" + b" " * 1_000_000)
    unpacked = []
    plain = zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda self, n=-1: unpacked.append(len(f := plain(self, n))) or f
    )
    guard.check_upload(SimpleUploadedFile("台账.xlsx", out.getvalue()))
    assert len(unpacked) == 202 and sum(unpacked) == 202 * guard.HEAD


def test_a_workbook_whose_contents_do_not_unpack_is_refused():
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo("[Content_Types].xml")
    start = part.header_offset + 30 + len(part.filename)
    content[start : start + part.compress_size] = b"\xff" * part.compress_size
    with pytest.raises(Refused, match="文件已损坏"):
        guard.check_upload(SimpleUploadedFile("台账.xlsx", bytes(content)))


@pytest.mark.django_db
def test_a_file_that_is_gone_from_the_disk_is_a_page_that_is_not_there(cast, sign_in):
    closed = {"state": "done", "finished_at": timezone.now()}
    job = Job.objects.create(kind="x", title="x", owner=cast.street, file="jobs/gone.xlsx", **closed)
    assert sign_in(cast.street).get(reverse("jobs:file", args=[job.pk])).status_code == 404


def test_an_ordinary_workbook_is_taken_by_each_and_stands_at_its_beginning():
    content = workbook()
    for judge in (guard.check_upload, lambda file: attachments.kind_of(file, "名单.xlsx")):
        judge(file := SimpleUploadedFile("名单.xlsx", content))
        assert file.read() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.jpg", b"\xff\xd8 no picture"),
        ("照片.png", b"\x89PNG\n\x1a\n"),
        ("页面.pdf", b"<html>%PDF-1.7 startxref %%EOF"),
        ("会议记录.docx", b"PK\x05\x06" + b"\0" * 18),
        ("会议记录.docx", b"PK\x03\x04" + b"\0" * 99),
    ],
)
def test_what_only_looks_like_it_is_no_attachment(name, content):
    with pytest.raises(Refused, match="的内容不是可以上传的类型，请改用 PDF、JPG、PNG、Word"):
        attachments.kind_of(SimpleUploadedFile(name, content), name)


def test_a_pdf_is_one_also_with_something_behind_its_end():
    assert attachments.kind_of(SimpleUploadedFile("a.pdf", PDF + b"\0" * 1_000), "a.pdf") == "application/pdf"


def test_a_progressive_photo_is_held_whole_and_so_bounded_like_a_png(monkeypatch):
    monkeypatch.setattr(photos, "MOST_PIXELS", {"image/jpeg": 80_000, "image/png": 25_000})
    for progressive, refused in ((False, False), (True, True)):
        out = io.BytesIO()
        Image.new("L", (200, 200)).save(out, "JPEG", progressive=progressive)
        file = SimpleUploadedFile("a.jpg", out.getvalue())
        if refused:
            with pytest.raises(Refused, match="尺寸太大"):
                photos.cleaned(file)
        else:
            assert photos.cleaned(file).size


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "more"), [("orgs:import_list", {"ledger": "teams"}), ("filings:reconcile", {})]
)
def test_nothing_of_a_workbook_is_parsed_in_a_web_process_but_by_the_guard(
    page, more, cast, sources, sign_in, monkeypatch
):
    """The pages that take workbooks answer while no reader can be opened."""

    def unread(*args, **kwargs):
        raise AssertionError("a workbook was parsed within a request")

    for reader in ("calamine.CalamineWorkbook.from_path", "calamine.load_workbook"):
        monkeypatch.setattr(f"python_{reader}", unread)
    monkeypatch.setattr("core.ledger.marking.load_workbook", unread)
    client, more = sign_in(cast.street), more or {"source": sources["filing"].pk}
    answer = client.post(
        reverse(page), more | {"file": SimpleUploadedFile("名单.xlsx", directory(980_000, 3))}
    )
    assert answer.status_code == 200 and "压缩炸弹" in answer.content.decode()
    assert (
        client.post(reverse(page), more | {"file": SimpleUploadedFile("名单.xlsx", workbook())}).status_code
        == 302
    )
