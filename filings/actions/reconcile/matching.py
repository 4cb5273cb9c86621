"""Which row of an export is which of our teams: by number, by what a person said, by filing number, by name in its place.

All in memory, pass by pass; what an earlier pass found is taken. A name that two rows or two teams share finds nothing and says so.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from core.ledger.parsing import narrow
from orgs.models import Organization
from orgs.queries.identity import Marks, number_doubt
from orgs.queries.matching import CITY, STREET_ENDINGS
from orgs.queries.teams import name_key
from places.models import Street

LEAST = 2  # characters that stay of a name
MOST_WORDS = 3  # city, district, street


@dataclass
class Row:
    """A row of their export. values: as the register would hold them; faults: field → why a value cannot be taken."""

    number: int
    values: dict
    faults: dict[str, str]
    street: int | None = None
    community: int | None = None
    outside: bool = False
    street_words: str = ""
    note: str = ""
    organization: Organization | None = None
    name_key: str = field(default="", init=False)

    def __post_init__(self):
        self.name_key = name_key(self.values["name"])

    @property
    def key(self) -> str:
        """What this system calls the team: its number, else its name and place."""
        place = self.community or self.street or ""
        return self.known("number") or f"{self.name_key}@{place}"

    def known(self, field: str):
        """A value by which the row may be found: what cannot be read identifies nothing."""
        return None if field in self.faults else self.values.get(field)

    def doubt(self, team: Organization) -> str:
        """Why this row may be another team although it bears the number of this one."""
        named = (self.known(f) for f in ("name", "established_on", "leader_name", "contact_phone"))
        name, founded, leader, phone = named
        theirs = Marks(name or "", founded, leader or "", phone or "")
        return name and number_doubt(
            theirs, Marks(team.name, team.established_on, team.leader_name, team.contact_phone)
        )


def match(rows: list[Row], teams: list[Organization], numbers: dict[str, int], links: dict[str, int]) -> None:
    """Give every row its organisation. numbers, links: key of the system → organisation."""
    by_pk = {team.pk: team for team in teams}
    of_number = {pk: key for key, pk in numbers.items()}
    of_link = {pk: key for key, pk in links.items()}
    short = Shortener({team.street_id for team in teams} | {row.street for row in rows if row.street})
    free = Pairing(rows, by_pk)
    free.join("编号", lambda r: r.known("number"), lambda t: of_number.get(t.pk), Row.doubt)
    free.join("编号", lambda r: r.key, lambda t: of_link.get(t.pk))
    free.join(
        "备案编号",
        lambda r: r.known("filing_no"),
        lambda t: t.filing_no and narrow(t.filing_no).upper(),
        Row.doubt,
    )
    free.rows = [row for row in free.rows if not row.outside and row.name_key]
    free.join(
        "名称", lambda r: r.community and (r.community, r.name_key), lambda t: (t.community_id, t.name_key)
    )
    free.join("名称", lambda r: r.street and (r.street, r.name_key), lambda t: (t.street_id, t.name_key))
    free.join(
        "简称",
        lambda r: r.community and (r.community, short(r.street, r.name_key)),
        lambda t: (t.community_id, short(t.street_id, t.name_key)),
    )
    free.join("名称", lambda r: None if r.street else r.name_key, lambda t: t.name_key)


class Pairing:
    """What is not matched yet."""

    def __init__(self, rows: list[Row], teams: dict[int, Organization]):
        self.rows, self.teams = rows, teams

    def join(
        self, what: str, key_of_row: Callable, key_of_team: Callable, doubt: Callable | None = None
    ) -> None:
        """Match where one row and one team have a key in common; several of either are told at the row.

        doubt(row, team): why the key alone is not enough for these two; such a row is told so, and linked by hand.
        """
        rows, teams = grouped(self.rows, key_of_row), grouped(self.teams.values(), key_of_team)
        for key, found in rows.items():
            candidates = teams.get(key, [])
            if what == "编号" and len(found) > 1:
                for row in found[1:]:
                    row.note = f"编号与第 {found[0].number} 行重复，请先在市系统中核对。"
                found = found[:1]
            one = len(found) == 1 and len(candidates) == 1
            if one and doubt and (why := doubt(found[0], candidates[0])):
                tell(found, f"{why}，可能不是“{candidates[0].name}”，请核对后人工关联。")
            elif one:
                found[0].organization = candidates[0]
                found[0].note = ""
                del self.teams[candidates[0].pk]
            elif len(candidates) > 1:
                tell(found, f"本系统有 {len(candidates)} 个{what}相同的团队，请人工关联。")
            elif candidates:
                tell(found, f"市系统导出中有 {len(found)} 行{what}相同，请人工关联。")
        self.rows = [row for row in self.rows if row.organization is None]


def tell(rows: list[Row], words: str) -> None:
    for row in rows:
        row.note = row.note or words


def grouped(things: Iterable, key_of: Callable[..., Hashable]) -> dict[Hashable, list]:
    found = defaultdict(list)
    for thing in things:
        if key := key_of(thing):
            found[key].append(thing)
    return found


class Shortener:
    """Cuts city, district and street off a name's ends, as the search for duplicates does."""

    def __init__(self, streets: set[int]):
        rows = Street.objects.filter(pk__in=streets).select_related("district")
        self.words = {street.pk: place_words(street) for street in rows}

    def __call__(self, street: int | None, name: str) -> str:
        words = self.words.get(street, ())
        for _ in range(MOST_WORDS):
            head = next((w for w in words if name.startswith(w) and len(name) - len(w) >= LEAST), "")
            name = name[len(head) :]
            tail = next((w for w in words if name.endswith(w) and len(name) - len(w) >= LEAST), "")
            name = name.removesuffix(tail)
        return name


def place_words(street: Street) -> list[str]:
    """What the place of a team is called at either end of its name, the longest first."""
    bare = street.name
    for ending in STREET_ENDINGS:
        bare = bare.removesuffix(ending)
    names = {bare, bare.removesuffix("路")}
    words = {name + ending for name in names for ending in ("", *STREET_ENDINGS)}
    words |= {CITY, CITY.removesuffix("市"), street.district.name, street.district.name.rstrip("区县市")}
    return sorted({name_key(word) for word in words} - {""}, key=len, reverse=True)
