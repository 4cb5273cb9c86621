"""Cells as staff type them → typed values. Harmless mess is normalised; what cannot be read raises `Unfit`.

Raw values are what calamine gives: str, float, bool, date, datetime, time or timedelta. Empty cells never arrive here.
"""

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

BLANKS = {"", "—", "——", "-", "--", "/", "／", "无数据"}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
EARLIEST = datetime.date(1900, 1, 1)
LATEST = datetime.date(2100, 12, 31)
EPOCH = datetime.date(1899, 12, 30)  # day 0 of Excel's calendar, valid from 1900-03-01
FIRST_SERIAL = 10_000  # 1927; smaller numbers are years that somebody typed alone
CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


class Unfit(Exception):
    """A cell that cannot be taken. `value`: what it would be if the fault is waived."""

    def __init__(self, kind: str, reason: str, allowed: str = "", value: Any = None):
        super().__init__(reason)
        self.kind, self.reason, self.allowed, self.value = kind, reason, allowed, value


def is_blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and raw.strip() in BLANKS)


def shown(raw: Any) -> str:
    """A raw cell in the words the sheet shows, for messages."""
    match raw:
        case None:
            return ""
        case bool():
            return "TRUE" if raw else "FALSE"
        case float() if raw.is_integer() and abs(raw) < 1e17:
            return str(int(raw))
        case datetime.datetime() if raw.time() == datetime.time():
            return raw.date().isoformat()
    return str(raw)


def clean(raw: Any) -> str:
    """Text without control characters and outer blanks; runs of blanks become one. A leading "=" is just text."""
    return " ".join(CONTROL.sub("", shown(raw)).split()) if raw is not None else ""


def narrow(raw: Any) -> str:
    """Half width, without any blank."""
    return "".join(unicodedata.normalize("NFKC", CONTROL.sub("", shown(raw))).split())


def text(limit: int | None = None) -> Callable[[Any], str]:
    def parse(raw):
        value = clean(raw)
        if limit and len(value) > limit:
            raise Unfit("too_long", f"最多 {limit} 个字，现有 {len(value)} 个字")
        return value

    return parse


def long_text(raw: Any) -> str:
    """Several lines stay several lines."""
    return "\n".join(" ".join(line.split()) for line in CONTROL.sub("", shown(raw)).splitlines()).strip()


def code(limit: int) -> Callable[[Any], str]:
    """Numbers of documents: half width, upper case, without blanks; never in scientific notation."""

    def parse(raw):
        value = narrow(raw).upper()
        if len(value) > limit:
            raise Unfit("too_long", f"最多 {limit} 位，现有 {len(value)} 位")
        return value

    return parse


NUMBER = re.compile(r"([+-]?(?:\d+(?:\.\d*)?|\.\d+))(万)?(?:元|人|名|次|个|岁|位)?")


def decimal_of(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    if not isinstance(raw, str):
        return Decimal(repr(raw)) if math.isfinite(raw) else None
    found = NUMBER.fullmatch(re.sub(r"(?<=\d),(?=\d{3})", "", narrow(raw)))
    if not found or not found[1].isascii():
        return None
    try:
        return Decimal(found[1]) * (10_000 if found[2] else 1)
    except InvalidOperation:
        return None


def whole(minimum: int = 0, maximum: int = 2_000_000_000) -> Callable[[Any], int]:
    """A whole number within bounds, both allowed."""
    allowed = f"{minimum}—{maximum} 的整数" if maximum < 1_000_000 else f"不小于 {minimum} 的整数"

    def parse(raw):
        value = decimal_of(raw)
        if value is None or value != value.to_integral_value():
            raise Unfit("number", "应填写整数", allowed)
        if not minimum <= value <= maximum:
            raise Unfit("number", f"应填写{allowed}", allowed)
        return int(value)

    return parse


def amount(maximum: Decimal, unit_is_wan: bool = False) -> Callable[[Any], Decimal]:
    """An amount with two decimals, not negative. In a column counted in 万元, "10万" is ten."""

    def parse(raw):
        value = decimal_of(raw)
        if value is None:
            raise Unfit("number", "应填写数字", "不小于 0 的数字")
        if unit_is_wan and isinstance(raw, str) and "万" in raw:
            value /= 10_000
        if not 0 <= value <= maximum:
            raise Unfit("number", "应填写不小于 0 的数字" if value < 0 else "数字过大", "不小于 0 的数字")
        return value.quantize(Decimal("0.01"))

    return parse


DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
DATE_FORMS = "如 2026-06-30、2026/6/30、2026.6.30、2026年6月30日"


def chinese_numerals(value: str) -> str:
    """二〇一九年八月十五日 → 2019年8月15日."""
    value = re.sub(r"([一二三四五六七八九])?十([一二三四五六七八九])?", _tens, value)
    return value.translate(CHINESE_DIGITS)


def _tens(found: re.Match) -> str:
    return f"{found[1] or '一'}{found[2] or '〇'}"


def date_of(raw: Any) -> datetime.date | None:
    """The date that a cell means, or None. Serial numbers of Excel and 20260630 count, two-digit years do not."""
    if isinstance(raw, datetime.datetime):
        return raw.date()
    if isinstance(raw, datetime.date):
        return raw
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    if not isinstance(raw, str) and math.isfinite(raw) and FIRST_SERIAL <= raw < 73_415:
        return EPOCH + datetime.timedelta(days=int(raw))
    value = re.sub(r"[‐‑‒–—―−~]", "-", chinese_numerals(narrow(raw)).replace("。", "."))
    found = DATE.fullmatch(value) or COMPACT.fullmatch(value)
    if not found or not value.isascii() and not re.fullmatch(r"[0-9年月日:.T]+", value):
        return None
    try:
        return datetime.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def date(today: Callable[[], datetime.date] | None = None) -> Callable[[Any], datetime.date]:
    """A date; with `today`, one that is not later than today."""

    def parse(raw):
        value = date_of(raw)
        if value is None:
            raise Unfit("date", "不是有效的日期", DATE_FORMS)
        if not EARLIEST <= value <= LATEST:
            raise Unfit("date", "日期应在 1900 年至 2100 年之间", DATE_FORMS)
        if today and value > today():
            raise Unfit("date", "日期不能晚于今天", f"不晚于 {today().isoformat()}")
        return value

    return parse


def choice(words: Callable[[], Mapping[str, str]]) -> Callable[[Any], str]:
    """One of some words; `words` gives accepted word → stored value, the official words first for each value."""

    def parse(raw):
        table = {narrow(word): value for word, value in words().items()}
        value = table.get(narrow(raw))
        if value is None:
            raise Unfit("choice", "不在可填内容之内", "、".join(official(words())))
        return value

    return parse


def choices(words: Callable[[], Mapping[str, str]]) -> Callable[[Any], list[str]]:
    """Several of some words, separated by 、 ， ； or a line break."""
    one = choice(words)

    def parse(raw):
        parts = [p for p in re.split(r"[、,，;；/\n]", clean(raw)) if p.strip()]
        return list(dict.fromkeys(one(p) for p in parts))

    return parse


def official(words: Mapping[str, str]) -> list[str]:
    """The first word of each stored value."""
    first: dict[str, str] = {}
    for word, value in words.items():
        first.setdefault(value, word)
    return list(first.values())


def flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    value = {"是": True, "有": True, "1": True, "√": True, "y": True, "true": True,
             "否": False, "无": False, "0": False, "×": False, "n": False, "false": False}.get(narrow(raw).casefold())  # fmt: skip
    if value is None:
        raise Unfit("choice", "应填写“是”或“否”", "是、否")
    return value


MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
LANDLINE = re.compile(r"(?:(0\d{2,3})-?)?([2-9]\d{6,7})(?:(?:-|转)(\d{1,6}))?")
HOTLINE = re.compile(r"[48]00-?\d{3,4}-?\d{3,4}|[48]00\d{7}")
MASKED = re.compile(r"\d{3}\*{4}\d{4}|\d\*{4}")
PHONE_FORMS = "11 位手机号，或带区号的固定电话，如 021-62501234"


def phone(raw: Any) -> str:
    """Mobile or landline; two numbers are kept with 、 between. A masked number (138****1234) passes: see `is_masked`."""
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta | bool):
        raise Unfit("phone", "不是有效的电话号码", PHONE_FORMS)
    found = [_one_phone(p) for p in re.split(r"[、,，;；/\n]", clean(raw)) if p.strip()]
    value = "、".join(found)
    if len(value) > 30 or not value:
        raise Unfit("phone", "最多填写两个电话号码", PHONE_FORMS)
    return value


def _one_phone(part: str) -> str:
    value = re.sub(r"[()‐‑‒–—―−]", "-", narrow(part)).strip("-")
    value = re.sub(r"-{2,}", "-", value)
    if MASKED.fullmatch(value):
        return value
    if found := MOBILE.fullmatch(value.replace("-", "")):
        return found[1]
    if HOTLINE.fullmatch(value):
        return value
    found = LANDLINE.fullmatch(value)
    if not found or not (found[1] or len(found[2]) == 8):
        raise Unfit("phone", "不是有效的电话号码", PHONE_FORMS)
    return "-".join(part for part in found.groups() if part)


def is_masked(value: str) -> bool:
    return "*" in value
