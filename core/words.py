"""How a value is written for people: on pages, in sheets, in the history."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

EMPTY = "—"


# What nobody sees and no sheet takes: control characters but the line end and the tab, marks of writing direction, non-characters.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)


def visible(text: str) -> str:
    """Text of several lines without what cannot be seen."""
    return UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The same as one line, for names and whatever else stands in a cell."""
    return " ".join(visible(text).splitlines()).replace("\t", " ").strip()


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
