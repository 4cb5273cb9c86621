"""Strange input: texts, addresses, forms, files and bodies as nobody's browser sends them."""

import io
import zipfile
from urllib.parse import quote, urlencode

import openpyxl
from hypothesis import strategies as st
from PIL import Image

TEXTS = [
    "", " ", "0", "-1", "1", "9" * 19, "9" * 4400, "1e309", "NaN", "Infinity", "-0", "0x10", "1_000", "٣٤", "²", "１２", "½", "\x00",
    "a\x00b", "\r\n", "\u200b", "\ufeff", "\u202e", "\ufffe", "\U0001f9d3", "𠮷", "\ue863", "é", "%", "_", "\\", "'", '"', "--", ";",
    "<script>alert(1)</script>", "{{ 7*7 }}", "{% x %}", "${x}", "../../etc/passwd", "=1+1", "@x", "None", "null", "true", "[]", "{}",
    "x" * 70_000, "长" * 5_000, "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "99999-01-01", "2026-W01-1", "20260101",
    "2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999999+00:00", "0001-01-01T00:00:00+14:00", "25:61", "13800001234", "+86 021",
    "52310105MJ0000001X", "3.5", "1,000", "1e5", "on", "-", "name", "-name", "__all__", "pk__in", "id", "eyJ2Ijoi:1:x", ":", "a:b:c",
]  # fmt: skip
METHODS = ["GET"] * 10 + ["POST"] * 8 + ["HEAD", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]
texts = st.sampled_from(TEXTS) | st.text(max_size=40) | st.integers(-10, 10**12).map(str)
HEADERS = {
    "HTTP_HX_REQUEST": st.sampled_from(["true", "x"]),
    "HTTP_HX_CURRENT_URL": st.sampled_from(["/", "http://[", "x" * 9000]),
    "HTTP_ACCEPT_LANGUAGE": st.sampled_from(["en", "zz-" * 300, "\x01", "*;q=x"]),
    "HTTP_REFERER": st.sampled_from(["/", "javascript:1", "http://[::1", "x" * 9000]),
    "HTTP_HOST": st.sampled_from(["evil.example", "a b", "localhost:99999999", "[", ""]),
    "HTTP_X_FORWARDED_FOR": st.sampled_from(["1.2.3.4", ",,,", "x" * 9000]),
    "HTTP_X_FORWARDED_PROTO": st.sampled_from(["https", "x"]),
    "HTTP_IF_MODIFIED_SINCE": st.sampled_from(["x", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Jan 99999 00:00:00 GMT"]),
    "HTTP_IF_NONE_MATCH": st.sampled_from(["*", '"x', "\xff"]),
    "HTTP_RANGE": st.sampled_from(["bytes=0-1", "bytes=-1-"]),
    "HTTP_USER_AGENT": st.sampled_from(["", "x" * 9000]),
    "HTTP_COOKIE": st.sampled_from(["sessionid=x", "sessionid=" + "x" * 5000, "messages=x:y:z", "=;=", "csrftoken=\x00", "a"]),
}  # fmt: skip


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["序号", "团队名称", "所属居委", "负责人"])
    book.active.append([1, "甲一合唱队", "华一居委会", "张三"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, kind)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
WHOLE = [workbook(), document(), picture("JPEG"), picture("PNG"), PDF]
ENDINGS = [
    "a.xlsx",
    "a.docx",
    "a.jpg",
    "a.png",
    "a.pdf",
    "",
    "..",
    "../../a.xlsx",
    "a" * 400 + ".xlsx",
    "长.xlsx",
    "a\x00.pdf",
    "con.jpg",
]


@st.composite
def files(draw) -> tuple[str, bytes]:
    """A file with a name: whole, cut, with changed bytes, or nothing of the kind."""
    content = bytearray(draw(st.sampled_from(WHOLE) | st.binary(max_size=60)))
    for _ in range(draw(st.integers(0, 4))):
        if content:
            content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return draw(st.sampled_from(ENDINGS)), bytes(
        content[: draw(st.none() | st.integers(0, max(1, len(content))))]
    )


@st.composite
def paths(draw, route: str, real: list[str] | None) -> str:
    """An address of a pattern: a real one, or the pattern filled with whatever."""
    if real and draw(st.integers(0, 3)):
        return draw(st.sampled_from(real))
    parts = []
    for part in route.split("<"):
        kind, closed, rest = part.partition(">")
        if not closed:
            parts.append(part)
            continue
        numbers = st.integers(0, 10**20).map(str) | st.sampled_from(["1", "9" * 30, "9" * 5000])
        any_kind = (
            st.sampled_from(
                ["00000000-0000-0000-0000-000000000000", "2026-02-30", "2026-01-01", "teams", "approve"]
            )
            | texts
        )
        value = draw(numbers if kind.startswith("int:") and draw(st.integers(0, 3)) else any_kind)
        parts.append(quote(value, safe="") + rest)
    return "/" + "".join(parts)


@st.composite
def queries(draw, names) -> str:
    pairs = draw(st.lists(st.tuples(st.sampled_from(names) | texts, texts), max_size=4))
    raw = draw(st.sampled_from(["", "", "", "", "&q=%ff%fe%00", "&%", "&=", "&&a&b==", "&page=%C3%28", "#x"]))
    return urlencode(pairs, errors="replace") + raw


@st.composite
def changed(draw, form, names) -> list[tuple[str, str]]:
    """The fields of a real form, some of them changed, missing, doubled, or foreign."""
    pairs = list(form.fields)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(pairs)))
        if at < len(pairs):
            what = draw(st.integers(0, 4))
            pairs[at : at + 1] = {0: [], 1: pairs[at : at + 1] * 2}.get(what, [(pairs[at][0], draw(texts))])
        else:
            pairs.append((draw(st.sampled_from(names)), draw(texts)))
    return pairs


BODIES = [
    ("application/json", b'{"a": 1}'), ("application/json", b"\xff"), ("text/plain; charset=x-unknown", b"a=1"), ("", b"a=1"),
    ("multipart/form-data", b"--x"), ("multipart/form-data; boundary=x", b"--x\r\n"), ("application/x-www-form-urlencoded", b"%ff=%00"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"), ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 2_000)),
    ("multipart/form-data; boundary=" + "x" * 300, b"--"), ("multipart/form-data; boundary=\xe9", b"--"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\nPK'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="\xff\x00"\r\n\r\n\xff\r\n--x--\r\n'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n*\r\n--x--'),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename*=UTF-8''%ff\r\n\r\n1\r\n--x--\r\n"),
]  # fmt: skip
bodies = st.sampled_from(BODIES) | st.tuples(
    st.sampled_from([kind for kind, _ in BODIES]), st.binary(max_size=200)
)
