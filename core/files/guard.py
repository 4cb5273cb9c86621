"""What is refused before a file is parsed, each with one sentence that says what to do.

Only the zip directory and small parts are looked at; nothing is unpacked beyond the stated limits. A web process reads no more
of an upload than this (and of a photo what core.files.photos draws anew).
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024  # all parts together
MAX_TEXTS = 200 * 1024 * 1024  # the shared strings are held in memory whole
MAX_RATIO = 200  # sheets of real ledgers shrink 5 to 30 times
MAX_PARTS = 2_000
MAX_DIRECTORY = 512 * 1024  # bytes of the list of parts; so many parts of ordinary names take half of it
SMALL = 1024 * 1024
HEAD = 64 * 1024
MAX_AREA = 21_000_000  # rows × columns up to the last cell: readers take memory for the whole rectangle
PIECE, OVERLAP = 4 * SMALL, 64
REF = rb"r\s*=\s*[\"']"
# A cell beyond column CZ or row 199,999: without one the rectangle is small enough whatever else stands in the sheet.
FAR = re.compile(REF + rb"(?:(?:[D-Zd-z][A-Za-z]|[A-Za-z]{3})\d|[A-Za-z]{0,3}(?:[2-9]\d{5}|\d{7}))")
CELL = re.compile(REF + rb"([A-Za-z]{0,3})(\d{1,9})[\"']")


BOMB = "文件解压后大得不正常，可能是压缩炸弹，已拒绝。请用 Office 或 WPS 打开后另存一份再上传；台账请删去空白行列或分成几个文件。"


class Refused(ValueError):
    """The whole file cannot be taken; the message is for the person who sent it."""


def check(path: Path, limit: int = MAX_BYTES, *, whole: bool = True) -> None:
    """Raise `Refused` unless the file is an ordinary workbook of bearable size.

    whole: also read its sheets through once, as whoever parses it must; seconds for a large one, so not within a request.
    """
    with path.open("rb") as file:
        _check(file, path.stat().st_size, limit, whole)


def check_upload(file, limit: int = MAX_BYTES) -> None:
    """The same for an upload, as far as a request may go; afterwards the file stands at its beginning."""
    _check(file, file.size, limit, whole=False)
    file.seek(0)


def _check(file: BinaryIO, size: int, limit: int, whole: bool) -> None:
    if size > limit:
        raise Refused(too_big(size, limit))
    if size == 0:
        raise Refused("文件是空的（0 字节），请重新选择文件。")
    file.seek(0)
    if file.read(8) == OLE:
        raise Refused(_ole_reason(file))
    if not zipfile.is_zipfile(file):
        raise Refused("这不是 Excel 工作簿（.xlsx）。请在 Excel 或 WPS 中“另存为”xlsx 格式后再导入。")
    try:
        with open_archive(file) as archive:
            _check_archive(archive, whole)
            if whole:
                _check_areas(archive)
    except Refused:
        raise
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise Refused("文件已损坏，无法打开。请在 Excel 中打开并重新保存后再导入。") from error


class Sparing:
    """A file of which one reading takes at most `most` bytes, else it is refused; None takes the bound away.

    zipfile reads an archive's list of parts in one piece before it says how many there are, and believes nothing else that
    the archive tells of their number: a million of them are 50 MB here and 400 MB of objects.
    """

    def __init__(self, file: BinaryIO, most: int | None):
        self.file, self.most = file, most

    def read(self, size: int = -1) -> bytes:
        if self.most is None or 0 <= size <= self.most:
            return self.file.read(size)
        found = self.file.read(self.most + 1)
        if len(found) > self.most:
            raise Refused(BOMB)
        return found

    def __getattr__(self, name):
        return getattr(self.file, name)


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """An uploaded archive, opened without holding more than a bearable list of its parts. Refused when it has too many.

    Whatever zipfile raises of a broken one goes on.
    """
    sparing = Sparing(file, MAX_DIRECTORY)
    archive = zipfile.ZipFile(sparing)
    if len(archive.infolist()) > MAX_PARTS:
        raise Refused(BOMB)
    sparing.most = None
    return archive


def too_big(size: int, limit: int) -> str:
    return f"文件有 {size / 1048576:.0f} MB，超过 {limit // 1048576} MB 的上限，请分成几个文件导入。"


def _ole_reason(file: BinaryIO) -> str:
    """An encrypted xlsx and an old xls share one container."""
    content = file.read(4 * SMALL)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "工作簿设有打开密码。请在 Excel 中取消密码后再导入。"
    return "这是旧版 xls 格式（或其他旧版文件）。请在 Excel 中“另存为”xlsx 格式后再导入。"


def _check_archive(archive: zipfile.ZipFile, whole: bool) -> None:
    """whole: look at every byte of the markup, not only at the beginning of each part."""
    parts = archive.infolist()
    names = [p.filename for p in parts]
    if any(p.flag_bits & 1 for p in parts):
        raise Refused("工作簿设有打开密码。请在 Excel 中取消密码后再导入。")
    _check_size(parts)
    lower = [n.casefold().replace("\\", "/") for n in names]
    if len(set(lower)) != len(lower) or any(".." in n or n.startswith("/") for n in lower):
        raise Refused("文件内部结构不正常，已拒绝。请在 Excel 中新建工作簿，把内容复制过去后再导入。")
    if any("vbaproject" in n or "/macrosheets/" in n for n in lower):
        raise Refused("工作簿带有宏，出于安全不能导入。请“另存为”不带宏的 xlsx 格式。")
    if any("/externallinks/" in n for n in lower):
        raise Refused("工作簿带有指向其他文件的外部链接。请在 Excel“数据—编辑链接”中断开链接后再导入。")
    if "xl/workbook.xml" not in lower or "[content_types].xml" not in lower:
        raise Refused("这不是 Excel 工作簿（.xlsx）。请在 Excel 或 WPS 中“另存为”xlsx 格式后再导入。")
    _check_markup(archive, parts, whole)


def _check_areas(archive: zipfile.ZipFile) -> None:
    for part in archive.infolist():
        if "worksheets/" in part.filename.casefold().replace("\\", "/") and area(archive, part) > MAX_AREA:
            raise Refused("工作表的有效区域大得不正常：请删去数据右侧和下方的空白行列，重新保存后再导入。")


def area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Rows × columns up to the last cell that a sheet names, where one lies far away; 0 where none does.

    Read as a stream; what the sheet declares of itself is not believed.
    """
    if not any(FAR.search(text) for text in pieces(archive, part)):
        return 0
    columns, last = {b"A"}, 1
    for text in pieces(archive, part):
        found = CELL.findall(text)
        columns.update(letters for letters, _ in found)
        last = max([last, *(int(row) for _, row in found)])
    return last * max(number(letters.upper()) for letters in columns)


def pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces that overlap, so that no reference is cut in two."""
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            yield rest + piece
            rest = piece[-OVERLAP:]


def number(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def _check_size(parts: list[zipfile.ZipInfo]) -> None:
    """Declared sizes suffice: readers stop at the declared size, and a false declaration fails its checksum."""
    total = sum(p.file_size for p in parts)
    texts = sum(p.file_size for p in parts if p.filename.casefold().endswith("sharedstrings.xml"))
    swollen = any(p.file_size > SMALL and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts)
    overlapping = sum(p.compress_size for p in parts) > 2 * MAX_BYTES
    if total > MAX_UNPACKED or texts > MAX_TEXTS or swollen or overlapping:
        raise Refused(BOMB)


def _check_markup(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], whole: bool) -> None:
    """Ordinary workbooks never declare a DOCTYPE; entities and external parts come only through one."""
    for part in parts:
        if not part.filename.casefold().endswith((".xml", ".rels", ".vml")):
            continue
        for text in pieces(archive, part) if whole else [_head(archive, part)]:
            _check_text(part.filename.casefold(), text.replace(b"\x00", b""))  # UTF-16 reads alike


def _head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as file:
        return file.read(HEAD)


def _check_text(name: str, text: bytes) -> None:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:  # a long comment may stand before it
        raise Refused(
            "文件中含有外部实体声明，出于安全已拒绝。请在 Excel 中新建工作簿，把内容复制过去后再导入。"
        )
    if name == "[content_types].xml" and b"macroEnabled" in text:
        raise Refused("工作簿带有宏，出于安全不能导入。请“另存为”不带宏的 xlsx 格式。")
    if name.endswith(".rels") and _points_outside(text):
        raise Refused("工作簿引用了外部文件。请在 Excel 中断开外部链接后再导入。")


def _points_outside(rels: bytes) -> bool:
    """External targets other than plain hyperlinks, which readers never follow."""
    links = re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", rels)
    return any(b'TargetMode="External"' in link and b"/hyperlink" not in link for link in links)
