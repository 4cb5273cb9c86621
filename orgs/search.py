"""Search keys of a Chinese name: characters, pinyin with the usual second readings, initials, codes.

`search_text` holds the lines that a hit must really contain; `search_terms` the grams under the GIN index that find
candidates. Both are computed here, in Python, for forms, imports and seeds alike.
"""

import itertools
import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin_dict

from core.words import visible

# Second readings that occur in names of places, families and activities. pypinyin's own list holds too many rare ones.
HETERONYMS = {
    "长": ("chang", "zhang"), "行": ("hang", "xing"), "乐": ("le", "yue"), "重": ("chong", "zhong"),
    "朝": ("chao", "zhao"), "曾": ("zeng", "ceng"), "单": ("shan", "dan"), "仇": ("qiu", "chou"),
    "解": ("xie", "jie"), "查": ("zha", "cha"), "会": ("hui", "kuai"), "调": ("tiao", "diao"),
    "都": ("du", "dou"), "传": ("chuan", "zhuan"), "弹": ("dan", "tan"), "区": ("qu", "ou"),
    "翟": ("zhai", "di"), "宁": ("ning",), "校": ("xiao", "jiao"), "厦": ("xia", "sha"),
}  # fmt: skip
SURNAMES = {"曾": "zeng", "仇": "qiu", "单": "shan", "解": "xie", "查": "zha", "区": "ou", "翟": "zhai"}
MOST_READINGS = 8
MOST_ENDS = 12  # so many ways to end the last syllable are looked up one by one
HAN = re.compile("[\u3007\u3400-\u9fff\U00020000-\U000323af]")
UNSOUNDED = {
    "𠮷": "ji"
}  # of the characters of the 通用规范汉字表 and of names the only one that pypinyin does not know


def normalise(text: str) -> str:
    """Half-width, lower case, without blanks, brackets, dots and what cannot be seen: two spellings of one name become equal."""
    text = unicodedata.normalize("NFKC", visible(text)).casefold()
    return re.sub(r"[\s()\[\]「」“”\"'《》·•・‧∙⋅●.,，。、-]", "", text)


@lru_cache(maxsize=20_000)
def reading(char: str) -> str:
    return UNSOUNDED.get(char) or (lazy_pinyin(char, style=Style.NORMAL)[0] if HAN.match(char) else char)


def sort_key(name: str) -> str:
    """A key that sorts Chinese by sound: syllables padded so that “an” comes before “ang”. At most 120 characters."""
    clean = normalise(name)
    first = SURNAMES.get(clean[:1], reading(clean[:1])) if clean else ""
    return " ".join([first, *(reading(c) for c in clean[1:])])[:120]


def readings(clean: str) -> list[list[str]]:
    """Syllables of a normalised name, in at most MOST_READINGS versions, the usual one first."""
    options = [HETERONYMS.get(c, (reading(c),)) for c in clean]
    return [list(way) for way in itertools.islice(itertools.product(*options), MOST_READINGS)]


def keys(name: str, *codes: str) -> tuple[str, list[str]]:
    """(search_text, search_terms) of a record. `codes` are credit code, filing number and the like; empty ones are skipped."""
    clean = normalise(name)
    ways = readings(clean)
    lines = dict.fromkeys([clean, *("".join(w) for w in ways), *("".join(s[:1] for s in w) for w in ways)])
    codes_clean = [normalise(c) for c in codes if c]
    terms = set(clean) | {clean[i : i + 2] for i in range(len(clean) - 1)}
    for way in ways:
        terms |= {f"s:{syllable}" for syllable in way if len(syllable) > 1}
        initials = "".join(s[:1] for s in way)
        terms |= {f"i:{initials[i : i + 2]}" for i in range(len(initials) - 1)}
    for code in codes_clean:
        terms |= {f"c:{code}", f"c:{code[-6:]}"}
    return "\n".join([*lines, *codes_clean]), sorted(terms)


def exact(needle: str) -> bool:
    """Whether having the needle among the terms already proves that the name contains it: one or two characters do."""
    return len(needle) <= 2 and all(HAN.match(c) for c in needle)


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    found = {
        lazy_pinyin(chr(code), style=Style.NORMAL)[0] for code in pinyin_dict.pinyin_dict if code < 0x9FFF
    }
    return frozenset(s for s in found if s.isascii() and s.isalpha())


def completions(start: str) -> list[str]:
    """The syllables that begin like this: a person may still be typing."""
    return sorted(s for s in syllables() if s.startswith(start))


def splits(letters: str) -> list[tuple[list[str], str]]:
    """The ways to read a stretch of pinyin: whole syllables, and what is typed of the last one. At most MOST_READINGS."""
    found: list[tuple[list[str], str]] = []
    open_: list[tuple[list[str], str]] = [([], letters)]
    while open_ and len(found) < MOST_READINGS:
        whole, rest = open_.pop()
        if completions(rest):
            found.append((whole, rest))
        for size in range(1, min(6, len(rest) - 1) + 1):  # the longest syllable is tried first
            if rest[:size] in syllables():
                open_.append(([*whole, rest[:size]], rest[size:]))
    return found


def query(text: str) -> tuple[str, list[list[str]]]:
    """(needle, alternatives): rows whose terms contain all of one alternative and whose text contains the needle."""
    needle = normalise(text)
    if not needle:
        return "", []
    if HAN.search(needle):
        return needle, [[needle] if len(needle) < 3 else [needle[i : i + 2] for i in range(len(needle) - 1)]]
    alternatives = [[f"c:{needle}"]]
    for whole, last in splits(needle):
        certain = [f"s:{syllable}" for syllable in whole if len(syllable) > 1]
        ends = completions(last)
        if len(ends) > MOST_ENDS or any(len(end) == 1 for end in ends):
            alternatives += [certain] if certain else [[f"s:{end}"] for end in ends if len(end) > 1]
        else:
            alternatives += [[*certain, f"s:{end}"] for end in ends]
    if len(needle) > 1:
        alternatives.append([f"i:{needle[i : i + 2]}" for i in range(len(needle) - 1)])
    else:
        alternatives.append([needle])
    return needle, alternatives
