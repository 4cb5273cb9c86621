"""Photos on records: cleaned of where and with what they were taken before they are kept, and shown small."""

import io
import struct
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from PIL import Image, ImageOps

from core.files import attachments
from core.files.guard import Refused

LONGEST = 2_000  # pixels of the longer side of what is kept
THUMBNAIL = 480
QUALITY = 85
# A JPEG is read at a fraction of its size, a PNG and a progressive JPEG whole: so much fits into memory beside others' work.
MOST_PIXELS = {"image/jpeg": 80_000_000, "image/png": 25_000_000}
SCAN = b"\xff\xda"
MOST_SCANS = 32  # each is decoded over the whole picture; cameras write one, progressive files about ten
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    TypeError,
    struct.error,
)


def cleaned(file) -> ContentFile:
    """The photo as it may be kept: upright, at most LONGEST pixels, a JPEG that says nothing but the picture.

    What a telephone writes into a photo tells where residents live. Refused with a sentence when it is no photo.
    """
    name = PurePosixPath(file.name.replace("\\", "/")).name[:200]
    attachments.check_size(file, name)
    file.seek(0)
    kind = attachments.plain_kind(file.read(4096))
    if kind == attachments.JPEG_2000:
        raise Refused(f"“{name}”是 JPEG 2000 图片，请在相机或相册里存为 JPG 再选。")
    if kind not in MOST_PIXELS:
        raise Refused(f"“{name}”不是 JPG 或 PNG 照片，请重新拍照，或从相册另选一张。")
    try:
        file.seek(0)
        if kind == "image/jpeg" and file.read().count(SCAN) > MOST_SCANS:
            raise Image.DecompressionBombError
        file.seek(0)
        with Image.open(file, formats=["JPEG", "PNG"]) as image:
            held = "image/png" if image.info.get("progressive") else kind
            if image.width * image.height > MOST_PIXELS[held]:
                raise Image.DecompressionBombError
            content = drawn(image, LONGEST)
    except Image.DecompressionBombError as error:
        raise Refused(f"“{name}”的尺寸太大，请把相机调到普通画质重新拍照，或另选一张。") from error
    except UNREADABLE as error:
        raise Refused(f"“{name}”打不开，可能没有传完或者已经损坏，请重新拍照或另选一张。") from error
    return ContentFile(content, name=f"{PurePosixPath(name).stem[:180] or '照片'}.jpg")


def drawn(image: Image.Image, longest: int) -> bytes:
    """The picture drawn anew on white, upright, no side longer than `longest`: nothing else of the file comes along."""
    image.draft("RGB", (longest, longest))
    image.thumbnail((longest, longest))
    upright = ImageOps.exif_transpose(image).convert("RGBA")
    canvas = Image.new("RGB", upright.size, "white")
    canvas.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def thumbnail(file) -> bytes:
    """A small JPEG of a photo that was kept."""
    with Image.open(file, formats=["JPEG", "PNG"]) as image:
        return drawn(image, THUMBNAIL)
