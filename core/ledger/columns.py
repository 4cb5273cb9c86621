"""How an app declares a ledger: its columns, the words of its headers, and what each cell may hold."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# Marks that forms put into headers: "*名称", "名称（必填）", "联系电话:"
DECORATION = re.compile(r"[\s*:：]|\((?:必填|选填|可选)\)")


def header_key(text: object) -> str:
    """Two spellings of one header become equal: full width, blanks, line breaks and required marks do not count."""
    return DECORATION.sub("", unicodedata.normalize("NFKC", str(text))).casefold()


@dataclass(frozen=True)
class LedgerColumn:
    """One column of a ledger.

    field: the name under which the value is staged; header: the official header, used in faults and templates;
    parse: raw cell → value, raises `Unfit`; None for the columns that the importing action resolves itself (places);
    empty: the value of an empty cell; needed: the header must be there; required: the cell must be filled, and
    `required_kind` is what an empty one is reported as; allowed: words for the drop-down and the comment, or a function
    that gives them; waived_by: (kind of fault, field that excuses it when filled);
    merge: "replace" or "greatest" (the later of the ledger's and the register's value stays).
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
    kind: str = "text"
    width: int = 14
    example: Any = ""

    def words(self) -> list[str]:
        return list(self.allowed() if callable(self.allowed) else self.allowed)

    def spellings(self) -> list[str]:
        return [header_key(h) for h in (self.header, *self.aliases)]


@dataclass(frozen=True)
class Ledger:
    """A kind of ledger. `name` is what the screen calls it, `title` the first row of its template."""

    kind: str
    name: str
    title: str
    columns: Sequence[LedgerColumn]
    notes: Sequence[str] = field(default_factory=list)

    def by_header(self) -> dict[str, LedgerColumn]:
        """Every accepted spelling; the first column that claims one keeps it."""
        found: dict[str, LedgerColumn] = {}
        for column in self.columns:
            for key in column.spellings():
                found.setdefault(key, column)
        return found

    def column(self, name: str) -> LedgerColumn:
        return next(c for c in self.columns if c.field == name)
