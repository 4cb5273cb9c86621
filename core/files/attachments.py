"""Files on records: what may come in, by its contents; who may fetch it, by the record it hangs on."""

import hashlib
import zipfile
from pathlib import PurePosixPath

from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from core.files.guard import Refused, open_archive
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
INLINE = {"application/pdf", "image/jpeg", "image/png"}
BEGINNINGS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
    b"\x00\x00\x00\x0cjP": JPEG_2000,  # a file of boxes
    b"\xff\x4f\xff\x51": JPEG_2000,  # a bare stream
}
ENDS_WITHIN = 2_048  # bytes in which a PDF says where its contents are listed
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
    if kind == "application/pdf" and not has_contents(file):
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
    """By its first bytes: a photo, a PDF or a JPEG 2000, which no browser shows; empty for anything else."""
    return next((kind for begins, kind in BEGINNINGS.items() if head.startswith(begins)), "")


def has_contents(file) -> bool:
    """Whether a PDF ends as one: a text that begins with its letters, and one cut off on the way, open nowhere."""
    file.seek(max(0, file.size - ENDS_WITHIN))
    end = file.read()
    return b"startxref" in end and b"%%EOF" in end


def office_kind(file, name: str) -> str:
    """Word and Excel files are archives: told apart by their main part; with macros they are refused."""
    try:
        with open_archive(file) as archive:
            parts = set(archive.namelist())
    except Refused as refused:
        raise Refused(f"“{name}”：{refused}") from refused
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


def remove(record: models.Model, pk: int, *, by) -> Attachment | None:
    """Take a file off a record; it stays readable for what was decided with it. None when the record has no such file."""
    found = of(record).filter(pk=pk).first()
    return found and _mark(found, by, timezone.now())


def put_back(record: models.Model, pk: int) -> Attachment | None:
    """Undo a removal. None when no such file was removed."""
    found = all_of(record).filter(pk=pk, removed_at__isnull=False).first()
    return found and _mark(found, None, None)


def _mark(file: Attachment, by, at) -> Attachment:
    file.removed_by, file.removed_at = by, at
    file.save(update_fields=["removed_by", "removed_at"])
    return file


def of(record: models.Model):
    """The files of a record that the caller may see already."""
    return all_of(record).filter(removed_at=None)


def all_of(record: models.Model):
    """Also those that were taken off."""
    return Attachment.objects.filter(
        record_type=ContentType.objects.get_for_model(record), record_id=record.pk
    ).select_related("added_by", "removed_by")


def fetchable(user, pk: int) -> Attachment | None:
    """The file if its record lies in the person's jurisdiction."""
    found = Attachment.objects.select_related("record_type").filter(pk=pk).first()
    model = found.record_type.model_class() if found else None
    if model is None or not model.objects.visible_to(user).filter(pk=found.record_id).exists():
        return None
    return found
