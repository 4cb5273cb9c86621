"""Cells as staff type them → typed values. Harmless mess is normalised; what cannot be read raises `Unfit`.

Raw values are what calamine gives: str, float, bool, date, datetime, time or timedelta. Empty cells never arrive here.
"""

import datetime
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from core import phones
from core.dates import PartDate, Precision
from core.words import half_width, one_line, private, unseen, visible

BLANKS = {"", "—", "——", "-", "--", "/", "／", "无数据"}
MOST_EXACT = 10**15  # Excel keeps fifteen digits of a number and turns the others into noughts
ROUNDED = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}")
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
    if not isinstance(raw, str):
        return raw is None
    words = raw.strip()
    return words in BLANKS or (unseen(words[0]) or unseen(words[-1])) and one_line(words) in BLANKS


def shown(raw: Any) -> str:
    """A raw cell in the words the sheet shows, for messages."""
    match raw:
        case None:
            return ""
        case bool():
            return "TRUE" if raw else "FALSE"
        case float() if raw.is_integer() and abs(raw) < 1e21:
            return str(int(raw))
        case datetime.datetime() if raw.time() == datetime.time():
            return raw.date().isoformat()
    return str(raw)


def kept(raw: Any) -> str:
    """What may be stored of a cell as text. Raises `Unfit` where Excel lost digits, or where a character is the sender's own."""
    words = shown(raw)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        lost = abs(raw) >= MOST_EXACT
    else:
        lost = isinstance(raw, str) and ROUNDED.fullmatch(words.strip()) is not None
    if lost:
        raise Unfit(
            "digits_lost",
            "Excel 把这个长号码当成数字，后面几位已经丢失",
            "先把单元格格式设为“文本”，再照原件重新输入",
        )
    if own := private(words):
        raise Unfit("private_character", own, "标准汉字")
    return words


def clean(raw: Any) -> str:
    """Text as one line, without what cannot be seen; runs of blanks become one. A leading "=" is just text."""
    return one_line(kept(raw))


def narrow(raw: Any) -> str:
    """Half width, without any blank."""
    return half_width(shown(raw))


def text(limit: int | None = None) -> Callable[[Any], str]:
    def parse(raw):
        value = clean(raw)
        if limit and len(value) > limit:
            raise Unfit("too_long", f"最多 {limit} 个字，现有 {len(value)} 个字")
        return value

    return parse


def long_text(raw: Any) -> str:
    """Several lines stay several lines."""
    return "\n".join(" ".join(line.split()) for line in visible(kept(raw)).splitlines()).strip()


def code(limit: int) -> Callable[[Any], str]:
    """Numbers of documents: half width, upper case, without blanks; never in scientific notation."""

    def parse(raw):
        value = half_width(kept(raw)).upper()
        if len(value) > limit:
            raise Unfit("too_long", f"最多 {limit} 位，现有 {len(value)} 位")
        return value

    return parse


NUMBER = re.compile(r"(?:¥|人民币)?([+-]?(?:\d+(?:\.\d*)?|\.\d+))(万)?(?:元|人次|人|名|次|个|岁|位)?整?")


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


def amount(maximum: Decimal, unit_is_wan: bool = False, in_yuan: bool = False) -> Callable[[Any], Decimal]:
    """An amount with two decimals, not negative. In a column counted in 万元, "10万" is ten.

    in_yuan: what has no unit is in 元, though the value is kept in 万元.
    """

    def parse(raw):
        value = decimal_of(raw)
        if value is None:
            raise Unfit("number", "应填写数字", "不小于 0 的数字")
        words = narrow(raw) if isinstance(raw, str) else ""
        if unit_is_wan and ("万" in words or in_yuan or "元" in words):
            value /= 10_000
        if not 0 <= value <= maximum:
            raise Unfit("number", "应填写不小于 0 的数字" if value < 0 else "数字过大", "不小于 0 的数字")
        rounded = value.quantize(Decimal("0.01"))
        if value and not rounded:
            raise Unfit("number", "金额太小，按万元记不足 0.01", "以万元为单位的数字")
        return rounded

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


ENDLESS = {"长期", "长期有效", "永久", "永久有效", "无固定期限", "无期限"}


def until(raw: Any) -> datetime.date | None:
    """The last day of a validity: a date, the end of `2019-10-11 至 2029-10-10`; None for 长期."""
    words = re.sub(r"[‐‑‒–—―−~]", "-", narrow(raw)).replace("有效期", "").strip(":")
    if words in ENDLESS or any(words.endswith(mark + end) for mark in "-至到" for end in ENDLESS):
        return None
    if isinstance(raw, str) and date_of(words) is None:
        for at in re.finditer(r"-+|至|到", words):
            begin, end = date_of(words[: at.start()]), date_of(words[at.end() :])
            if begin and end:
                if end < begin:
                    raise Unfit("date_order", "有效期的止日早于起日", DATE_FORMS)
                return date()(end)
    return date()(raw)


def word_key(raw: Any) -> str:
    """Two spellings of one word become equal: 其它 and 其他, 民办非企业单位（法人） and 民办非企业单位."""
    words = narrow(raw).replace("它", "他")
    return re.sub(r"\([^()]*\)$", "", words) or words


MONTH = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})月?")
MONTH_FORMS = f"{DATE_FORMS}；只知道月份的，如 2021年3月"


def part_date(today: Callable[[], datetime.date] | None = None) -> Callable[[Any], datetime.date]:
    """A date, or a month where the day is not known: `2021年3月`, `2021.3`, `2021-03`. See `core.dates`."""
    whole_date = date(today)

    def parse(raw):
        words = narrow(raw) if isinstance(raw, str | float) and not isinstance(raw, bool) else ""
        found = MONTH.fullmatch(chinese_numerals(words))
        if not found:
            return whole_date(raw)
        if isinstance(raw, float) and found[2] == "1":
            raise Unfit(
                "date", "看不出是 1 月还是 10 月：Excel 把 2021.10 当作数字时末尾的 0 会丢失", MONTH_FORMS
            )
        if not 1 <= int(found[2]) <= 12:
            raise Unfit("date", "不是有效的日期", MONTH_FORMS)
        return PartDate.of(whole_date(f"{found[1]}-{found[2]}-1"), Precision.MONTH)

    return parse


def choice(words: Callable[[], Mapping[str, str]]) -> Callable[[Any], str]:
    """One of some words; `words` gives accepted word → stored value, the official words first for each value."""

    def parse(raw):
        known = words()
        value = {narrow(word): stored for word, stored in known.items()}.get(narrow(raw))
        if value is None:
            value = {word_key(word): stored for word, stored in known.items()}.get(word_key(raw))
        if value is None:
            raise Unfit("choice", "不在可填内容之内", "、".join(official(known)))
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


def phone(raw: Any) -> str:
    """Mobile or landline as it was given; two numbers have 、 between. A masked number (138****1234) passes: see `is_masked`."""
    if isinstance(raw, datetime.date | datetime.time | datetime.timedelta | bool):
        raise Unfit("phone", "不是有效的电话号码", phones.FORMS)
    try:
        return phones.given(shown(raw))
    except phones.NotOne as error:
        raise Unfit("phone", str(error), phones.FORMS) from error


is_masked = phones.is_masked
