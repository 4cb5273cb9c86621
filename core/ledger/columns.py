"""How an app declares a ledger: its columns, the words of its headers, and what each cell may hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.words import half_width

BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|〔([^〔〕]*)〕|【([^【】]*)】")
MARKS = re.compile(r"[*:;,.、·•※★#]")
REQUIRED_MARK = re.compile(r"\((?:必填|选填|可选)\)")


def whole_key(text: object) -> str:
    """A header with its brackets: width, blanks, line breaks, colons and required marks do not count."""
    return MARKS.sub("", REQUIRED_MARK.sub("", half_width(str(text)))).casefold()


def header_key(text: object) -> str:
    """The same without brackets and what stands in them, unless that is all there is."""
    words = whole_key(text)
    return BRACKET.sub("", words) or re.sub(r"[()\[\]〔〕【】]", "", words)


def header_unit(text: object) -> str:
    """What stands in the last bracket of a header, where a unit would stand: 万元, 元, 人."""
    found = BRACKET.findall(half_width(str(text)))
    return next(filter(None, found[-1]), "") if found else ""


@dataclass(frozen=True)
class LedgerColumn:
    """One column of a ledger.

    field: the name under which the value is staged; header: the official header, used in faults and templates;
    parse: raw cell → value, raises `Unfit`; None for the columns that the importing action resolves itself (places);
    empty: the value of an empty cell; needed: the header must be there; required: the cell must be filled, and
    `required_kind` is what an empty one is reported as; allowed: words for the drop-down and the comment, or a function
    that gives them; waived_by: (kind of fault, field that excuses it when filled);
    merge: "replace" or "greatest" (the later of the ledger's and the register's value stays);
    units: unit in the header's bracket → how the cell is then parsed, for columns whose unit may change.
    """

    field: str
    header: str
    parse: Callable[[Any], Any] | None = None
    aliases: Sequence[str] = ()
    empty: Any = ""
    needed: bool = False
    required: bool = False
    required_kind: str = "required"
    allowed: Sequence[str] | Callable[[], Sequence[str]] = ()
    waived_by: tuple[str, str] | None = None
    merge: str = "replace"
    units: Mapping[str, Callable[[Any], Any]] | None = None
    kind: str = "text"
    width: int = 14
    example: Any = ""

    def words(self) -> list[str]:
        return list(self.allowed() if callable(self.allowed) else self.allowed)

    def under(self, header: str) -> "LedgerColumn":
        """The column as it is read under this very header: in the unit that stands there."""
        unit = header_unit(header)
        return replace(self, parse=self.units[unit]) if self.units and unit in self.units else self

    def spellings(self) -> list[str]:
        return list(
            dict.fromkeys(key(h) for h in (self.header, *self.aliases) for key in (whole_key, header_key))
        )


@dataclass(frozen=True)
class Ledger:
    """A kind of ledger. `name` is what the screen calls it, `title` the first row of its template.

    identity: groups of fields; two rows whose fields of one group are filled and equal speak of the same record.
    """

    kind: str
    name: str
    title: str
    columns: Sequence[LedgerColumn]
    notes: Sequence[str] = field(default_factory=list)
    identity: Sequence[tuple[str, ...]] = ()

    def by_header(self) -> dict[str, LedgerColumn]:
        """Every accepted spelling, with and without brackets; the first column that claims one keeps it."""
        found: dict[str, LedgerColumn] = {}
        for column in self.columns:
            for key in column.spellings():
                found.setdefault(key, column)
        return found

    def column(self, name: str) -> LedgerColumn:
        return next(c for c in self.columns if c.field == name)
