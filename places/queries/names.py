"""What places are called every day, by rule: 绿五 for 绿园新村第五居委会, 天山街道 for 天山路街道. Pure functions; nothing is guessed.

A committee's name is a base and perhaps a number: 刘家宅小区第四 is (刘家宅, 4), 天山五村第一 is (天山五村, 1).
"""

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from core.words import half_width

CITY = re.compile(r"^(上海市|上海(?=长宁区))?(长宁区)?")
STREET_TAIL = re.compile(
    r"(街道办事处|街道办|街道党工委|街道社区|街道|镇人民政府|镇党委|镇政府|镇|人民政府|办事处)+$"
)
COMMUNITY_TAIL = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|村民委员会|居委会|村委会|居民区|居委|社区)$"
)
DIGITS = "零一二三四五六七八九"
NUMBERED = re.compile(
    r"(.*?)(?:小区|新村|花园|路)?第?(十[一二三四五六七八九]?|[一二三四五六七八九](?:十[一二三四五六七八九]?)?)(村|期|居|小区)?"
)
GENERIC_TAIL = re.compile(r"(家苑|花苑|新苑|北苑|豪园|花园|公寓|新村|小区|华庭|星城|新城|新都|路|苑|村)$")
LIKELY = 0.45
CANDIDATES = 4


def street_key(name: str) -> str:
    """华阳路街道办事处, 长宁区华阳路街道 and 华阳路 become equal."""
    whole = half_width(name)
    short = CITY.sub("", whole) or whole
    return STREET_TAIL.sub("", short) or short


def street_kind(name: str) -> str:
    """街道 or 镇 when a name says so, else "": 虹桥镇 is no 虹桥街道."""
    found = STREET_TAIL.search(half_width(name))
    return (
        ("镇" if found[0].startswith("镇") else "街道" if found[0].startswith("街道") else "")
        if found
        else ""
    )


def street_keys(name: str) -> list[str]:
    """The key of a street, then what it is called every day: without 路, 新村 and the 家 within."""
    whole = street_key(name)
    short = re.sub(r"(路|新村)$", "", whole)
    words = [whole, short, re.sub(r"(?<=^.)家(?=.)", "", short)]
    return [word for word in dict.fromkeys(words) if len(word) >= 2]


def numerals(words: str) -> str:
    """12 and １２ as 十二: how many names write their number."""
    return re.sub(r"\d{1,2}", lambda found: _chinese(int(found[0])), words)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number < 10:
        return DIGITS[number]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def community_key(name: str) -> str:
    whole = numerals(half_width(name))
    return COMMUNITY_TAIL.sub("", whole) or whole


def without_place(words: str, street: str) -> str:
    """What a cell says of the committee: without city, district and the street itself before it."""
    whole = half_width(words)
    short = CITY.sub("", whole)
    spoken = {
        street,
        *(key + tail for key in street_keys(street) for tail in ("街道办事处", "街道办", "街道", "镇")),
    }
    for head in sorted(spoken, key=len, reverse=True):
        if short.startswith(head) and len(short) > len(head):
            return short[len(head) :]
    return short or whole


@lru_cache(maxsize=20_000)
def numbered(key: str) -> tuple[str, str, str]:
    """(base, number, unit) of a committee's key; number "" where it has none."""
    found = NUMBERED.fullmatch(key)
    return (found[1], found[2], found[3] or "") if found else (key, "", "")


class Everyday:
    """The committees of one street by their everyday names. names: id → official name."""

    def __init__(self, names: Mapping[int, str]):
        self.keys = {pk: community_key(name) for pk, name in names.items()}
        self.parts = {pk: numbered(key) for pk, key in self.keys.items()}
        bases = [base for base, number, _ in self.parts.values() if number]
        self.series = {base for base in bases if bases.count(base) > 1}

    def exact(self, key: str) -> list[int]:
        return [pk for pk, mine in self.keys.items() if mine == key]

    def by_rule(self, key: str) -> list[int]:
        """All committees that a name may mean by a rule; only when that is one, it is meant."""
        if key.endswith("小区") and (found := self.exact(key.removesuffix("小区"))):
            return found
        base, number, unit = numbered(key)
        if number:
            found = [pk for pk, (b, n, _) in self.parts.items() if n == number and b == base]
            return found or [pk for pk in self.parts if self._abbreviated(pk, base, number, unit)]
        # Without its last common noun, when no other name begins alike.
        whole = [pk for pk, mine in self.keys.items() if GENERIC_TAIL.sub("", mine) == key != mine]
        return (
            [pk for pk, mine in self.keys.items() if mine.startswith(key)] if whole and len(key) >= 2 else []
        )

    def _abbreviated(self, pk: int, base: str, number: str, unit: str) -> bool:
        """绿五, 刘家四, 荣华一期, 五村一居; 四村 where the street has several of them."""
        mine, its_number, _ = self.parts[pk]
        if its_number != number:
            return False
        if not base:
            return unit == "村" and mine in self.series and self.keys[pk].endswith(f"{number}村")
        if len(mine) >= 4:
            return base == mine[-2:]
        return not numbered(mine)[1] and base in (mine[:1], mine[:2])


def alike(words: str, names: Mapping[int, str], key=community_key) -> list[int]:
    """The likeliest of some places by characters and by sound, the best first: offered, never taken."""
    mine = key(words)
    scores = {
        pk: max(_likeness(mine, key(name)), _likeness(sound(mine), sound(key(name))))
        for pk, name in names.items()
    }
    likely = [pk for pk, score in sorted(scores.items(), key=lambda pair: -pair[1]) if score >= LIKELY]
    return likely[:CANDIDATES]


def _likeness(one: str, other: str) -> float:
    if one and other and (one in other or other in one):
        return 0.9
    return difflib.SequenceMatcher(None, one, other).ratio()


@lru_cache(maxsize=5_000)
def sound(words: str) -> str:
    return " ".join(lazy_pinyin(words, style=Style.NORMAL))
