"""Which rows below a header are data: not blank ones, totals, signatures, remarks, page numbers, examples, numbers of columns."""

import datetime
import re
from typing import Any

from core.ledger.parsing import date_of, is_blank
from core.words import half_width

TOTALS = re.compile(r"合计|总计|小计|共计|累计|本页合计|本页小计")
FOOTERS = re.compile(
    r"(制表|填表|填报|审核|复核|负责人签|单位负责人|分管领导|备注|注|说明|联系人|打印|导出)[\w()]{0,6}:.*"
)
CLOSING = re.compile(
    r"\(?(以下空白|以下无正文|此页无正文|盖章|公章|签章)\)?|.{0,30}\((盖章|公章|签章|签字)\)|\(?共\d+(个|家|支|条|行|人|户|项|页).{0,12}"
    r"|-?第\d+页.{0,10}|\d+/\d+页?|-\d+-"
)
EXAMPLE = re.compile(r"[(\[【](填写)?(示例|样例|范例|举例|例)[)\]】].*|(填写)?(示例|样例|范例)\d?:?|例:.*")
ORDINALS = {c: n for n, c in enumerate("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", 1)}


STARTS = frozenset("合总小共累本示样范举例填以此盖公签第制审复负单分备注说联打导(（[【-0123456789")


def is_data(cells: list[Any]) -> bool:
    """Whether a row that is not blank speaks of something; the header's own repetition is judged elsewhere."""
    filled = (c for c in cells if not is_blank(c))
    first, second = next(filled, None), next(filled, None)
    if second is None and (isinstance(first, datetime.date) or isinstance(first, str) and date_of(first)):
        return False
    if ordinal(first) == 1 and counts_up(cells):
        return False
    words = [half_width(c) for c in (first, second) if isinstance(c, str) and c.strip()[:1] in STARTS]
    if any(TOTALS.match(w) or EXAMPLE.fullmatch(w) for w in words):
        return False
    alone = half_width(first) if isinstance(first, str) and (words or second is None) else ""
    return not (FOOTERS.fullmatch(alone) or CLOSING.fullmatch(alone))


def ordinal(cell: Any) -> int | None:
    """The number of a column as forms print it: 1, (1), ①."""
    if isinstance(cell, str):
        words = cell.strip()
        if words in ORDINALS:
            return ORDINALS[words]
        found = re.fullmatch(r"\(?(\d{1,3})\)?", half_width(words)) if len(words) <= 5 else None
        return int(found[1]) if found and found[1].isascii() else None
    return int(cell) if isinstance(cell, float) and cell.is_integer() and 0 < cell < 1000 else None


def counts_up(cells: list[Any]) -> bool:
    """1, 2, 3 … and nothing else, at least three: the numbers of the columns."""
    numbers = [ordinal(c) for c in cells if not is_blank(c)]
    return len(numbers) >= 3 and numbers == list(range(1, len(numbers) + 1))
