"""A register of made-up organisations with planted pairs: each the same body, written down twice by different hands."""

import datetime
from random import Random

from orgs import search
from orgs.actions.setup import load_dictionaries
from orgs.demo.load import columns, copy, follow_sequence
from orgs.demo.records import Maker, person
from orgs.models import Organization
from places.actions import load_map
from places.models import Community

AS_OF = datetime.date(2026, 11, 2)
SOUNDS = {
    "舞": "武", "蹈": "道", "合": "和", "唱": "畅", "书": "舒", "法": "髪", "志": "智", "愿": "苑", "服": "福", "务": "物", "爱": "艾",
    "心": "欣", "社": "设", "健": "建", "身": "申", "中": "忠", "益": "亦", "和": "河", "助": "住", "公": "工", "楼": "娄", "画": "话",
}  # fmt: skip


def full_width(name: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)


def brackets(name: str, street: str, rng: Random) -> str:
    left, right = rng.choice(["（）", "()", "【】", "「」", "〔〕"])
    cut = len(name) // 2
    return f"{name[:cut]}{left}{name[cut:]}{right}"


def prefixed(name: str, street: str) -> str:
    return f"上海市长宁区{street}{name}"


def homophone(name: str) -> str:
    for position in range(len(name) - 1, -1, -1):
        other = SOUNDS.get(name[position])
        if other and search.reading(other) == search.reading(name[position]):
            return name[:position] + other + name[position + 1 :]
    return ""


def variant(kind: str, record: dict, street: str, rng: Random) -> dict | None:
    """The same body in another hand: other leader and phone unless these are what both share."""
    name = record["name"]
    written = {
        "width": lambda: full_width(name) if any(c.isascii() for c in name) else f"{name[:2]}　{name[2:]}",
        "brackets": lambda: brackets(name, street, rng),
        "street": lambda: (
            prefixed(name, street)
            if not name.startswith("上海")
            else name.replace("上海市长宁区", "").replace("上海长宁", "")
        ),
        "sound": lambda: homophone(name),
        "phone": lambda: f"{name[:-1]}之友" if rng.random() < 0.5 else f"新{name}",
    }[kind]()
    if not written or written == name:
        return None
    other = {"leader_name": person(rng), "contact_phone": f"139{rng.randrange(10**8):08d}"}
    return (
        record
        | ({} if kind == "phone" else other)
        | {"name": written, "credit_code": None, "filing_no": None}
    )


def plant(organizations: int, pairs: int, seed: int = 7) -> set[tuple[int, int]]:
    """Fill the register; the planted pairs as (id, id)."""
    load_map()
    load_dictionaries()
    rng = Random(seed)
    maker = Maker(rng, AS_OF)
    communities = list(Community.objects.select_related("street").order_by("code"))
    records = []
    while len(records) < organizations - pairs:
        community = rng.choice(communities)
        make = rng.choice([maker.registered] + [maker.team] * 3 + [maker.group])
        records.append(
            make(community.street, community, AS_OF - datetime.timedelta(days=rng.randint(300, 5000)))
        )
    streets = {c.street_id: c.street.name for c in communities}
    kinds, planted = ["width", "brackets", "street", "sound", "phone"], set()
    for position in rng.sample(range(len(records)), len(records)):
        if len(planted) == pairs:
            break
        twin = variant(
            kinds[len(planted) % len(kinds)], records[position], streets[records[position]["street_id"]], rng
        )
        if twin:
            records.append(twin)
            planted.add((position + 1, len(records)))
    save(records)
    return planted


def save(records: list[dict]) -> None:
    names = columns(Organization)
    blank = {
        f.attname: ([] if f.attname in ("service_fields", "search_terms") else f.get_default())
        for f in Organization._meta.concrete_fields
    }
    stamp = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)

    def rows():
        for pk, record in enumerate(records, 1):
            name = record["name"]
            text, terms = search.keys(name)
            full = blank | record | {
                "id": pk, "name_key": search.normalise(name), "sort_key": search.sort_key(name), "search_text": text,
                "search_terms": terms, "version": 1, "created_at": stamp, "updated_at": stamp,
            }  # fmt: skip
            yield [full[n] for n in names]

    copy(Organization, names, rows())
    follow_sequence(Organization)
