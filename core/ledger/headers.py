"""Where a sheet's header is and which of its columns is which: one row, or a row of titles over a row of words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from core.ledger.columns import Ledger, LedgerColumn, header_key, whole_key
from core.ledger.parsing import is_blank, shown
from core.words import one_line

HEADER_WITHIN = 20  # rows
SELF = ("姓名", "名称", "内容")  # under a title these say what the title says: 负责人 over 姓名


@dataclass
class Header:
    """A header that was found, or the nearest miss.

    row: its last row as the sheet shows it, from 1; words: of each column; plan: (column, 0-based index) of each declared
    column that is there; missing: headers that must be there and are not; keys: the rows of the header, to know them again.
    """

    row: int = 0
    words: list[str] = field(default_factory=list)
    plan: list[tuple[LedgerColumn, int]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    keys: list[list[str]] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return bool(self.plan) and not self.missing

    def unknown(self) -> list[str]:
        """Headers of columns that nobody declared, but for the running number."""
        known = {index for _, index in self.plan}
        words = [w for i, w in enumerate(self.words) if w and i not in known]
        return [w for w in words if header_key(w) not in ("序号", "编号", "no")]


def find(rows: Iterator[list], ledger: Ledger) -> Header:
    """The first complete header near the top, else that with the most known columns."""
    known, best = ledger.by_header(), Header()
    above: list = []
    for number, cells in enumerate(
        [*islice(rows, HEADER_WITHIN + 1), []], 1
    ):  # the last row too has one below it
        for found in _candidates(above, cells, number, ledger, known):
            if found.row - len(found.keys) >= HEADER_WITHIN:
                continue
            if found.complete:
                return found
            if len(found.plan) > len(best.plan):
                best = found
        above = cells
    return best


def _candidates(above: list, cells: list, number: int, ledger: Ledger, known: dict) -> Iterator[Header]:
    """What the row above may be: with this row as its second, or alone."""
    if above and (titles := _titles(above, cells)):
        yield _planned(_pairs(titles, cells, known), number, ledger, [above, cells])
    if above:
        yield _single(above, number - 1, ledger)


def _single(cells: list, number: int, ledger: Ledger) -> Header:
    words = [one_line(shown(c)) for c in cells]
    return _planned(
        [(w, (w,) if isinstance(c, str) and w else ()) for w, c in zip(words, cells, strict=True)],
        number, ledger, [cells],
    )  # fmt: skip


def _titles(above: list, below: list) -> list[str]:
    """For each column the title over it, when the lower row holds only words under titles that span columns; else nothing."""
    width = max(len(above), len(below))
    upper = [one_line(shown(above[i])) if i < len(above) else "" for i in range(width)]
    lower = [below[i] if i < len(below) else "" for i in range(width)]
    filled = [i for i, c in enumerate(lower) if not is_blank(c)]
    if len(filled) < 2 or not all(isinstance(lower[i], str) and not _numeric(lower[i]) for i in filled):
        return []
    titles, spanned = list(upper), set()
    for i in range(1, width):
        if not upper[i] and titles[i - 1] and i in filled:
            titles[i] = titles[i - 1]
            spanned |= {i, i - 1}
    inside = all(i in spanned or header_key(lower[i]) == header_key(upper[i]) for i in filled)
    return titles if inside and spanned and sum(bool(t) for t in upper) >= 2 else []


def _numeric(words: str) -> bool:
    return re.search(r"\d", words) is not None


def _pairs(titles: Sequence[str], below: list, known: dict) -> list[tuple[str, tuple[str, ...]]]:
    """(words of the column, spellings to look for in this order) of two rows read as one."""
    out: list[tuple[str, tuple[str, ...]]] = []
    for i, title in enumerate(titles):
        lower = one_line(shown(below[i])) if i < len(below) else ""
        if not lower or lower == title:
            out.append((title, (title,) if title else ()))
        elif header_key(title) not in known:  # a mere title over columns of their own
            out.append((lower, (title + lower, lower)))
        elif header_key(lower) in SELF:
            out.append((title + lower, (title + lower, title)))
        else:
            out.append((title + lower, (title + lower,)))
    return out


def _planned(pairs: list[tuple[str, tuple[str, ...]]], row: int, ledger: Ledger, rows: list[list]) -> Header:
    """Each declared column once; a header that is written in full goes before one that fits without its brackets."""
    known = ledger.by_header()
    at: dict[int, LedgerColumn] = {}
    taken: set[str] = set()
    for key in (whole_key, header_key):
        for index, (_, spellings) in enumerate(pairs):
            column = next((known[key(s)] for s in spellings if key(s) in known), None)
            if column and index not in at and column.field not in taken:
                taken.add(column.field)
                at[index] = column
    plan = [(at[i].under(pairs[i][0]), i) for i in sorted(at)]
    missing = [c.header for c in ledger.columns if c.needed and c.field not in taken]
    keys = [[header_key(shown(c)) for c in cells] for cells in rows]
    return Header(row, [words for words, _ in pairs], plan, missing, keys)


def repeats(cells: list[Any], keys: list[list[str]]) -> bool:
    """Whether a row is one of the header's rows again."""
    mine = [header_key(shown(c)) for c in cells]
    return any(mine[: len(k)] == k[: len(mine)] and any(k) for k in keys)
