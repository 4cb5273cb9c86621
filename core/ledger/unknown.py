"""Cells whose content cannot be known: error values, and formulas that were saved without their result.

The reader gives them as empty cells, and an empty cell means that there is nothing. So they are looked up in the sheet itself.
"""

import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from core.files import guard

log = logging.getLogger(__name__)
ERRORS = frozenset(
    {
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
        "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#GETTING_DATA",
    }
)  # fmt: skip
NO_RESULT = "（公式没有结果）"
MOST = 200_000  # cells
SUSPECT = re.compile(rb"""\st\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
ADDRESS = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")

Rows = Callable[[], Iterator[list]]


class Unknown(str):
    """Stands in the place of a cell that cannot be known; its text is what the sheet shows there."""

    __slots__ = ()


def is_unknown(raw) -> bool:
    """Also an error value that was pasted as text: nobody means it."""
    return isinstance(raw, Unknown) or isinstance(raw, str) and raw.strip() in ERRORS


def known_apart(path: Path, name: str, rows: Rows) -> Rows:
    """The rows of a sheet with an `Unknown` in each place that cannot be known. Raises `Refused` when there are too many."""
    found = unknown_cells(path, name)
    if not found:
        return rows

    def told() -> Iterator[list]:
        last = 0
        for last, cells in enumerate(rows(), 1):
            yield _put(cells, found[last]) if last in found else cells
        for number in range(last + 1, max(found) + 1):  # rows of which nothing at all is known
            yield _put([], found.get(number, {}))

    return told


def _put(cells: list, unknown: dict[int, Unknown]) -> list:
    cells = [*cells, *[""] * (max(unknown, default=-1) + 1 - len(cells))]
    for index, what in unknown.items():
        cells[index] = what
    return cells


def unknown_cells(path: Path, name: str) -> dict[int, dict[int, Unknown]]:
    """Row from 1 → column from 0 → what stands there, of the sheet with this name."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, name)
        if part is None or not any(SUSPECT.search(text) for text in guard.pieces(archive, part)):
            return {}
        found: dict[int, dict[int, Unknown]] = {}
        with archive.open(part) as file:
            for count, (row, column, what) in enumerate(_suspects(file), 1):
                if count > MOST:
                    raise guard.Refused(
                        f"工作表“{name}”的错误值（如 #N/A）超过 {MOST:,} 处，请先在 Excel 中改正。"
                    )
                found.setdefault(row, {})[column] = Unknown(what)
    return found


def _suspects(file) -> Iterator[tuple[int, int, str]]:
    """(row, column, what) of each cell without a known value. Addresses may be left out: cells then follow each other."""
    row = column = 0
    events = etree.iterparse(file, events=("start", "end"), tag=("{*}row", "{*}c"), resolve_entities=False)
    for event, node in events:
        if event == "start":
            if etree.QName(node).localname == "row":
                row, column = int(node.get("r") or row + 1), 0
            continue
        if etree.QName(node).localname == "c":
            if place := ADDRESS.fullmatch(node.get("r", "")):
                column, row = guard.number(place[1].upper().encode()) - 1, int(place[2])
            if what := _what(node):
                yield row, column, what
            column += 1
        node.clear()
        while node.getprevious() is not None:
            del node.getparent()[0]


def _what(cell) -> str:
    """What a cell without a known value shows; empty for any other."""
    parts = {etree.QName(part).localname: part for part in cell if isinstance(part.tag, str)}
    value = parts["v"].text if "v" in parts else None
    if cell.get("t") == "e":
        return value or "#N/A"
    # A formula may well give an empty text: that is its result then, and the cell says that it is text.
    return NO_RESULT if "f" in parts and not value and cell.get("t") != "str" else ""


def _part_of(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    """The part in which a sheet lies, however the producer spelled its path."""
    parts = {part.filename.casefold().replace("\\", "/"): part for part in archive.infolist()}
    try:
        book = etree.fromstring(archive.read(parts["xl/workbook.xml"]), _parser())
        links = etree.fromstring(archive.read(parts["xl/_rels/workbook.xml.rels"]), _parser())
        sheet = next(s for s in book.iterfind(".//{*}sheet") if s.get("name") == name)
        key = next(v for k, v in sheet.attrib.items() if etree.QName(k).localname == "id" and "}" in k)
        target = next(r.get("Target") for r in links.iterfind("{*}Relationship") if r.get("Id") == key)
    except (KeyError, StopIteration, etree.XMLSyntaxError):
        log.info("the part of sheet %s was not found", name)
        return None
    path = target.casefold().replace("\\", "/")
    return parts.get(path.lstrip("/") if path.startswith("/") else f"xl/{path.removeprefix('./')}")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)
