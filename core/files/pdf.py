"""Papers as PDF: A4, Chinese, the font embedded as far as it is used."""

import io
import logging
import unicodedata
from collections.abc import Sequence
from functools import cache
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import FileResponse
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table

from core.words import one_line

log = logging.getLogger(__name__)
WIDTH = A4[0] - 40 * mm  # between the margins
LINE = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)
BOX = "□"


@cache
def font() -> str:
    """The name of the font, read once a process; without its file a built-in one that the reader's computer must have."""
    try:
        pdfmetrics.registerFont(TTFont("song", str(settings.PDF_FONT)))
    except (OSError, TTFError):
        log.warning("no font for PDF at %s: run make setup", settings.PDF_FONT)
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        return "STSong-Light"
    return "song"


def style(size: float = 10.5, **more) -> ParagraphStyle:
    known = {"fontName": font(), "fontSize": size, "leading": size * 1.5, "wordWrap": "CJK"}
    return ParagraphStyle(f"{size}{sorted(more.items(), key=str)}", **(known | more))


def words(text, size: float = 10.5, **more) -> Paragraph:
    """A piece of text that breaks its lines as Chinese does; what looks like markup is text."""
    return Paragraph(escape(drawable(str(text))).replace("\n", "<br/>"), style(size, **more))


def drawable(text: str) -> str:
    """What the font can draw: what has no shape goes, a character that the font lacks is a box and is logged."""
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    shapes = getattr(pdfmetrics.getFont(font()).face, "charToGlyph", None)
    lacking = {c for c in text if c != "\n" and ord(c) not in shapes} if shapes else set()
    if lacking:
        log.warning("the font of PDF lacks %s", " ".join(f"U+{ord(c):04X}" for c in sorted(lacking)))
    boxes = {ord(c): "" if unicodedata.category(c) == "Mn" else BOX for c in lacking}
    return text.translate(boxes)


def title(text: str, size: float = 18) -> Paragraph:
    return words(text, size, alignment=TA_CENTER, spaceAfter=4 * mm)


def form_table(sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> list[Flowable]:
    """Sections of a form, two fields a line; a text too long for half a line has one to itself."""
    found = []
    for heading, fields in sections:
        rows, spans, half = [[words(heading, 11), "", "", ""]], [("SPAN", (0, 0), (3, 0))], None
        for label, text in fields:
            if len(str(text)) > 22:
                if half is not None:
                    spans.append(("SPAN", (1, half), (3, half)))
                spans.append(("SPAN", (1, len(rows)), (3, len(rows))))
                rows.append([words(label, 9.5), words(text, 9.5), "", ""])
                half = None
            elif half is None:
                half = len(rows)
                rows.append([words(label, 9.5), words(text, 9.5), "", ""])
            else:
                rows[half][2:] = [words(label, 9.5), words(text, 9.5)]
                half = None
        if half is not None:
            spans.append(("SPAN", (1, half), (3, half)))
        shade = ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#f0f1f3"))
        widths = [WIDTH * 0.19, WIDTH * 0.31, WIDTH * 0.19, WIDTH * 0.31]
        inner = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
        found.append(Table(rows, colWidths=widths, style=[LINE, shade, *inner, *spans], splitInRow=1))
    return found


def code_drawing(matrix: Sequence[Sequence[int]], side: float = 32 * mm) -> Drawing:
    """A QR code of rows of modules, dark where true, with its quiet zone."""
    count = len(matrix) + 8
    one, drawing = side / count, Drawing(side, side)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                drawing.add(
                    Rect((x + 4) * one, side - (y + 5) * one, one, one, strokeWidth=0, fillColor=colors.black)
                )
    return drawing


def answer(parts: Sequence[Flowable], name: str, *, heading: str) -> FileResponse:
    """The paper as a download called `name`."""
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=16 * mm, bottomMargin=14 * mm, title=heading,
    )  # fmt: skip
    document.build(list(parts))
    target.seek(0)
    plain = one_line(name).replace("/", "／").replace("\\", "＼")
    return FileResponse(target, as_attachment=True, filename=plain, content_type="application/pdf")
