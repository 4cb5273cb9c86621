"""Files on records: what may come in, by its contents; who may fetch it, by the record it hangs on."""

import hashlib
import re
import zipfile
from pathlib import PurePosixPath

import puremagic
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction

from core.ledger.guard import Refused
from core.models import Attachment

MOST_BYTES = 20 * 1024 * 1024
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {
    "application/pdf": {".pdf"},
    "image/jpeg": {".jpg", ".jpeg"},
    "image/png": {".png"},
    WORD: {".docx"},
    SHEET: {".xlsx"},
}
JPEG_2000 = "image/jp2"
JPEG_2000_STARTS = (b"\x00\x00\x00\x0cjP", b"\xff\x4f\xff\x51")  # a file of boxes, a bare stream
PDF_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
INLINE = {"application/pdf", "image/jpeg", "image/png"}
MAX_PARTS = 2_000
ARCHIVE_END = 65_557  # where an archive says what it holds, with the longest comment
MAIN_PARTS = {"word/document.xml": WORD, "xl/workbook.xml": SHEET}
ACCEPTED = "PDF、JPG、PNG、Word（docx）、Excel（xlsx）"


def check_size(file, name: str) -> None:
    if file.size == 0:
        raise Refused(f"“{name}”是空的（0 字节），请重新选择文件。")
    if file.size > MOST_BYTES:
        raise Refused(
            f"“{name}”有 {file.size / 1_048_576:.1f} MB，超过 {MOST_BYTES // 1_048_576} MB，请压缩后再上传。"
        )


def kind_of(file, name: str) -> str:
    """The media type that the contents show. Refused with a sentence when it is not accepted or is not what its name says."""
    check_size(file, name)
    file.seek(0)
    head = file.read(4096)
    kind = office_kind(file, name) if head.startswith(b"PK") else plain_kind(head)
    if kind == JPEG_2000:
        raise Refused(f"“{name}”是 JPEG 2000 图片，浏览器打不开，请另存为 JPG 再上传。")
    if kind == "application/pdf" and not whole_pdf(file):
        raise Refused(f"“{name}”不是完整的 PDF，可能没有传完，或只是改了扩展名的文字，请重新导出再上传。")
    if kind not in ENDINGS:
        raise Refused(f"“{name}”的内容不是可以上传的类型，请改用 {ACCEPTED}。")
    if PurePosixPath(name).suffix.lower() not in ENDINGS[kind]:
        ending = sorted(ENDINGS[kind])[0]
        raise Refused(
            f"“{name}”的内容其实是 {ending.removeprefix('.').upper()}，与文件名不符，请把扩展名改为 {ending} 再上传。"
        )
    file.seek(0)
    return kind


def plain_kind(head: bytes) -> str:
    """The media type by the first bytes; JPEG 2000, which the library takes for JPEG, by its own name."""
    if head.startswith(JPEG_2000_STARTS):
        return JPEG_2000
    try:
        return puremagic.from_string(head, mime=True)
    except puremagic.PureError:
        return ""


def whole_pdf(file) -> bool:
    """Whether there is anything of a PDF besides its first line: an object, and its end."""
    file.seek(0)
    content = file.read()
    return PDF_OBJECT.search(content) is not None and (
        b"%%EOF" in content[-4096:] or b"startxref" in content[-4096:]
    )


def members(file) -> int:
    """How many members an archive says it has, from its last bytes: listing a hundred thousand of them takes seconds."""
    file.seek(0, 2)
    file.seek(max(0, file.tell() - ARCHIVE_END))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    return int.from_bytes(tail[at + 10 : at + 12], "little") if at >= 0 else 0


def office_kind(file, name: str) -> str:
    """Word and Excel files are archives: told apart by their main part; with macros they are refused."""
    if members(file) > MAX_PARTS:
        return ""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError):
        return ""
    if any(part.endswith("vbaProject.bin") for part in parts):
        raise Refused(f"“{name}”含有宏，请另存为不含宏的文件（docx 或 xlsx）再上传。")
    return next((kind for part, kind in MAIN_PARTS.items() if part in parts), "")


@transaction.atomic
def attach(record: models.Model, file, *, by) -> Attachment:
    """Keep an uploaded file on a record. Refused when its contents are not accepted."""
    name = PurePosixPath(file.name.replace("\\", "/")).name[:200]
    kind = kind_of(file, name)
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    kept = Attachment(
        record_type=ContentType.objects.get_for_model(record), record_id=record.pk, name=name, kind=kind,
        size=file.size, digest=digest.hexdigest(), added_by=by,
    )  # fmt: skip
    kept.file.save(f"{kept.digest[:16]}{sorted(ENDINGS[kind])[0]}", file, save=True)
    return kept


def of(record: models.Model):
    """The files of a record that the caller may see already."""
    return Attachment.objects.filter(
        record_type=ContentType.objects.get_for_model(record), record_id=record.pk
    ).select_related("added_by")


def fetchable(user, pk: int) -> Attachment | None:
    """The file if its record lies in the person's jurisdiction."""
    found = Attachment.objects.select_related("record_type").filter(pk=pk).first()
    model = found.record_type.model_class() if found else None
    if model is None or not model.objects.visible_to(user).filter(pk=found.record_id).exists():
        return None
    return found
