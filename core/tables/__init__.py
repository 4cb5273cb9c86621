"""One column list gives the screen, the sheet and the print, so that they cannot differ."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localdate

from core import dates
from core.settings.workdays import due
from core.words import mask_phone, shown, without_numbers

CELLS = {
    kind: f' class="{css}"'
    for kind, css in {
        "number": "num",
        "date": "date",
        "datetime": "date",
        "due": "date due",
        "short": "short",
    }.items()
}


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a list.

    key: its name in the URL; label: its header; source: the ORM path read by `values_list`;
    kind: "text", "short" (a name of a person or place, never broken), "number", "date", "datetime", "code" (text that looks like a number), "phone"
    (masked on screen), "words" (free words, long numbers masked) or "due" (a deadline, with what is left of it);
    choices: stored value → shown words, or a function that returns such a mapping;
    states: stored value → css state of the badge ("ok", "warn", "late", "off", "info");
    sort: ORM path to order by, empty when the column cannot be sorted; width: in characters, for the sheet;
    page: (name of an address, ORM path of its key), where the words lead on screen.
    """

    key: str
    label: str
    source: str
    kind: str = "text"
    choices: Any = None
    states: dict | None = None
    sort: str = ""
    width: int = 14
    default: bool = True
    link: bool = False
    exported: bool = True
    page: tuple[str, str] | None = None

    def words(self) -> dict:
        found = self.choices() if callable(self.choices) else self.choices
        return dict(found or {})

    def plain(self) -> Callable[[Any], Any]:
        """Turns a stored value into what a sheet shows: typed where the column is, text otherwise, None for empty."""
        if self.choices is not None:
            words = self.words()
            return lambda v: (
                "、".join(str(words.get(x, x)) for x in v) if isinstance(v, list) else words.get(v, v) or None
            )
        if self.kind == "phone":
            return mask_phone
        if self.kind == "words":
            return lambda v: without_numbers(v) if v else None
        return lambda v: None if v == "" else v


@dataclass(frozen=True, eq=False)
class PartDateColumn(Column):
    """A date of which perhaps only the month is known; its source is `core.dates.in_sql`."""

    def plain(self) -> Callable[[Any], Any]:
        return dates.read


@dataclass
class Table:
    """The columns of a list, chosen or by default, and the rows rendered by plain string work."""

    columns: Sequence[Column]
    chosen: Sequence[str] = field(default_factory=list)

    @cached_property
    def visible(self) -> list[Column]:
        if not self.chosen:
            return [c for c in self.columns if c.default]
        wanted = set(self.chosen)
        return [c for c in self.columns if c.key in wanted or c.link]

    def sources(self) -> list[str]:
        """What is read of each row: the value of every column, then the keys of the pages that columns lead to."""
        return [c.source for c in self.visible] + [c.page[1] for c in self.visible if c.page]

    def html(self, rows: Iterable[tuple], url: Callable[[int], str], selectable: bool = False) -> SafeString:
        """`<tr>`s for rows of (pk, *sources). Every value is escaped here; nothing else writes cells."""
        makers = [self._cell(c) for c in self.visible]
        link = next((i for i, c in enumerate(self.visible) if c.link), None)
        led = [i for i, c in enumerate(self.visible) if c.page]
        out = []
        for pk, *values in rows:
            for i, key in zip(led, values[len(makers) :], strict=True):
                values[i] = (values[i], key)
            del values[len(makers) :]
            cells = [make(v) for make, v in zip(makers, values, strict=True)]
            name = "本行" if link is None else cells[link]
            if link is not None:
                cells[link] = f'<th scope="row" class="name"><a href="{url(pk)}">{name}</a></th>'
            box = (
                f'<td class="pick"><input type="checkbox" name="id" value="{pk}" aria-label="选择{name}"></td>'
                if selectable
                else ""
            )
            out.append(f'<tr data-id="{pk}">{box}{"".join(cells)}</tr>')
        return mark_safe("".join(out))  # noqa: S308 - every value went through escape()

    def _cell(self, column: Column) -> Callable[[Any], str]:
        """Draws a value; few different values are drawn once. A column that links gives the words alone."""
        plain, label, states = column.plain(), escape(column.label), column.states
        css = CELLS.get(column.kind, "")

        def draw(value: Any) -> str:
            words = escape(shown(plain(value)))
            if states is not None:
                words = f'<span class="state state-{states.get(value, "off")}">{words}</span>'
            return f'<td{css} data-label="{label}">{words}</td>'

        if column.link:
            return lambda value: escape(shown(value))
        if column.page:
            address = reverse(column.page[0], args=[0])
            return lambda pair: (
                f'<td{css} data-label="{label}"><a href="{address.replace("0", str(pair[1]))}">{escape(shown(pair[0]))}</a></td>'
            )
        if column.kind == "due":
            return remembered(partial(draw_due, css, label, localdate()))
        if column.choices is None:
            return draw
        return remembered(draw)


def draw_due(css: str, label: str, today: date, day: date | None) -> str:
    """A deadline in a cell: its date and what is left of it, in the words used everywhere."""
    state, words = due(day, today) if day else ("", "")
    left = f' <span class="state state-{state}">{escape(words)}</span>' if day else ""
    return f'<td{css} data-label="{label}">{shown(day)}{left}</td>'


def remembered(draw: Callable[[Any], str]) -> Callable[[Any], str]:
    """The same drawing, done once for each value; lists are drawn each time."""
    known: dict[Any, str] = {}

    def look(value: Any) -> str:
        if isinstance(value, list):
            return draw(value)
        if value not in known:
            known[value] = draw(value)
        return known[value]

    return look
