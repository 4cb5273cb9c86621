"""Telephone numbers: kept as they were given, reduced to one form only for comparing. Judged by Google's metadata (phonenumberslite)."""

import re
from functools import lru_cache

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumberFormat

from core.words import half_width, one_line

FORMS = "11 位手机号，或固定电话，如 021-62501234、62501234转801"
CHINA = 86
MOST = 30  # characters of a cell: two numbers
NONE = {"无", "暂无", "没有", "未提供", "不详"}
SEPARATORS = re.compile(r"[、,，;；/／|\n]|或者?|以及")
# Ranges of mobile numbers are opened faster than libraries are renewed; the length and the first two digits decide.
MOBILE = re.compile(r"1[3-9]\d{9}")
LOCAL = re.compile(r"[2-9]\d{7}")
EXTENSION = re.compile(r"(.*\d\)?)(?:转|分机|ext\.?|x|#|-)+(\d{1,6})", re.I)
MASKED = re.compile(r"\d{3}\*{4}\d{4}|\d\*{4}")
DASHES = re.compile(r"[‐‑‒–—―−ー~]")


class NotOne(ValueError):
    """No telephone number; the message says what to do."""


def given(text: str) -> str:
    """A cell with one or two numbers as it was given, half width, with 、 between two; "" for 无. Raises `NotOne`."""
    words = one_line(SEPARATORS.sub("、", _plain(text)))
    if words in NONE:
        return ""
    parts = [p.strip(" :") for p in words.split("、") if p.strip(" :")]
    parts = [one for part in parts for one in _apart(part)]
    if not parts or len(parts) > 2:
        raise NotOne("最多填写两个电话号码，用“、”隔开")
    value = "、".join(parts)
    if len(value) > MOST:
        value = "、".join(re.sub(r"[\s().]", "", part) for part in parts)  # without what is only ornament
    if len(value) > MOST:
        raise NotOne(f"电话过长，最多 {MOST} 个字")
    return value


def key(text: str) -> str:
    """The same for every spelling of the same numbers; what is no number is compared as it stands."""
    return "、".join(_key(part) or half_width(part) for part in text.split("、") if part)


def is_masked(value: str) -> bool:
    return "*" in value


def _plain(text: str) -> str:
    """Half width, blanks kept: they may part two numbers."""
    return DASHES.sub("-", text if text.isascii() else "".join(half_width(c) or c for c in text))


def _apart(part: str) -> list[str]:
    """A stretch that is one number, or two with a blank between. Raises `NotOne`."""
    if MASKED.fullmatch(part) or _key(part):
        return [part]
    for blank in re.finditer(r"\s", part):
        two = [part[: blank.start()].strip(), part[blank.end() :].strip()]
        if all(map(_key, two)):
            return two
    digits = re.sub(r"\D", "", part)
    for at in range(8, len(digits) - 7):
        if _key(digits[:at]) and _key(digits[at:]):
            raise NotOne("像是两个电话号码连在一起，请用“、”隔开")
    if re.fullmatch(r"[2-9]\d{6}", digits):
        raise NotOne("固定电话请写全：8 位号码，外地号码加区号")
    raise NotOne("不是有效的电话号码")


@lru_cache(maxsize=20_000)
def _key(part: str) -> str:
    """International form with the extension, "" for what is no number. Eight digits are a number of the own area."""
    compact = re.sub(r"[\s().·-]", "", part)
    if MOBILE.fullmatch(compact):
        return f"+86{compact}"
    if found := _number(part, compact):
        return found
    inside = EXTENSION.fullmatch("".join(part.split()))
    found = _number(inside[1], re.sub(r"[()-]", "", inside[1])) if inside else ""
    return (
        f"{found};{inside[2]}" if inside and found and not MOBILE.fullmatch(found.removeprefix("+86")) else ""
    )


def _number(part: str, compact: str) -> str:
    if re.search(r"[^\d\s()+.·-]", part):
        return ""
    part = settings.PHONE_AREA_CODE + compact if LOCAL.fullmatch(compact) else part
    try:
        number = phonenumbers.parse(part, "CN")
    except NumberParseException:
        return ""
    mobile = number.country_code == CHINA and MOBILE.fullmatch(str(number.national_number))
    if not mobile and not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
