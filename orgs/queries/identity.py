"""Whether two records that share one key are one organisation: a number that slipped by a line is nobody's identity."""

import datetime
import re
from dataclasses import dataclass

from core.words import mask_phone
from orgs import search

LEGAL_TAIL = re.compile(r"[(（〔\[](民非|社团|基金会|民办非企业单位|社会服务机构|社会团体)[)）〕\]]\s*$")
PLACE_HEAD = re.compile(r"^(上海市?)?(长宁区?)?")


def bare_name(name: str) -> str:
    """What of a name tells organisations apart: without kind in brackets behind it, and city and district before it."""
    key = search.normalise(LEGAL_TAIL.sub("", name))
    return PLACE_HEAD.sub("", key) or key


@dataclass(frozen=True)
class Marks:
    """What an organisation is known by besides its number; None or "" where it is not said."""

    name: str
    founded: datetime.date | None = None
    leader: str = ""
    phone: str = ""


def number_doubt(one: Marks, other: Marks) -> str:
    """Why two records of one number may be two organisations, in words: the name and a second mark contradict each other.

    The founding date decides where both have one, else the leader, unless the telephone is the same.
    """
    if bare_name(one.name) == bare_name(other.name):
        return ""
    if one.founded and other.founded:
        return "" if one.founded == other.founded else "编号相同，名称和成立日期都不同"
    return "编号相同，名称和负责人都不同" if other_people(one, other) else ""


def name_doubt(one: Marks, other: Marks) -> str:
    """The same of two records of one name in one committee."""
    apart = one.founded and other.founded and one.founded != other.founded
    return "名称和居委相同，成立日期和负责人都不同" if apart and other_people(one, other) else ""


def other_people(one: Marks, other: Marks) -> bool:
    known = bool(one.leader and other.leader)
    return known and one.leader != other.leader and not same_phone(one.phone, other.phone)


def same_phone(one: str, other: str) -> bool:
    """A masked number says as much as it shows."""
    return bool(one and other) and (one == other or one == mask_phone(other) or other == mask_phone(one))
