"""How a value is written for people: on pages, in sheets, in the history."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from core.dates import PartDate

EMPTY = "—"


# What nobody sees: control characters but the line end and the tab, soft hyphens, marks of width, joining and writing direction,
# fillers, variation selectors, tags, halves of pairs, non-characters. Joiners and U+FE0F stay within a picture of several signs.
PICTURE = "[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]"
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e0fff]"
    rf"|(?<!{PICTURE})[\u200d\ufe0f]|\u200d(?!{PICTURE})"
)
# Signs that are drawn like a character and are another one: radicals and compatibility forms, as copied from a PDF.
LOOKALIKE = re.compile("[\u2e9f\u2ef3\u2f00-\u2fd5\uf900-\ufaff\U0002f800-\U0002fa1f]")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def unseen(char: str) -> bool:
    return not char.isascii() and UNSEEN.match(char) is not None


def visible(text: str) -> str:
    """Text of several lines without what cannot be seen. The one cleaning of all that is typed, pasted or uploaded."""
    if text.isascii() and text.isprintable():
        return text
    text = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return LOOKALIKE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def one_line(text: str) -> str:
    """The same as one line without outer blanks, runs of blanks made one: for names and whatever else stands in a cell."""
    return " ".join(visible(text).split())


def half_width(text: str) -> str:
    """For comparing and for codes: visible, half width, without any blank."""
    return "".join(unicodedata.normalize("NFKC", visible(text)).split())


def private(text: str) -> str:
    """Why a text cannot be kept as it is: it holds characters that only the sender's computer can draw. Empty when it can."""
    found = list(dict.fromkeys(PRIVATE.findall(text)))
    if not found:
        return ""
    codes = "、".join(f"U+{ord(c):04X}" for c in found[:5])
    return f"含有 {len(found)} 个自造字（{codes}），别的电脑显示不出来。请改用输入法里的标准字，没有的写同音字并在备注说明。"


def mask_phone(value: str | None) -> str | None:
    """138****1234; a number too short to mask keeps only its first digit, an address its first three characters."""
    if not value:
        return None
    if not value.isascii():
        return f"{value[:3]}****"
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 8 else f"{value[:1]}****"


def mask_name(value: str) -> str:
    """张* on pages that anybody may read."""
    return f"{value[:1]}*" if value else ""


def without_numbers(text: str) -> str:
    """Free words without what may be a telephone or a code: runs of seven digits and more."""
    return re.sub(r"\d{7,}", "*******", text)


def shown(value: Any) -> str:
    """A value in words: dates as 2026-11-02, numbers with thousands, “—” for nothing."""
    match value:
        case None | "":
            return EMPTY
        case bool():
            return "是" if value else "否"
        case datetime():
            return (
                localtime(value).strftime("%Y-%m-%d %H:%M")
                if value.tzinfo
                else value.strftime("%Y-%m-%d %H:%M")
            )
        case PartDate():
            return value.words
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:,.2f}"
        case int():
            return f"{value:,}"
    return str(value)


def trimmed(value: Decimal | int) -> str:
    """A number without idle decimals: 60, 0.5, 1,200.25."""
    return f"{Decimal(value).normalize():,f}"
