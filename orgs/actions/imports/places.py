"""Street and community of a ledger row: long, short and colloquial names, cut to the importer's area."""

import re
from dataclasses import dataclass, field

from django.utils import timezone

from core.ledger.parsing import Unfit, is_blank, narrow, shown
from core.scope import Area
from places.models import Community, Street

STREET_TAIL = re.compile(r"(街道办事处|人民政府|街道党工委|街道|镇党委|办事处|镇)+$")
COMMUNITY_TAIL = re.compile(
    r"(社区居民委员会|社区居委会|居民委员会|村民委员会|居委会|村委会|居民区|居委|社区)$"
)
PREFIX = re.compile(r"^(上海市?)?(长宁区)?")


def street_key(name: str) -> str:
    short = PREFIX.sub("", narrow(name))
    return STREET_TAIL.sub("", short) or short


def community_key(name: str) -> str:
    short = narrow(name)
    return COMMUNITY_TAIL.sub("", short) or short


@dataclass
class Found:
    """street_id and community_id, or (field, Unfit) of what is wrong."""

    street: int | None = None
    community: int | None = None
    unfit: list[tuple[str, Unfit]] = field(default_factory=list)


class PlaceFinder:
    """All open places of the installation, so that “unknown” and “outside your area” can be told apart."""

    def __init__(self, area: Area, community_required: bool):
        self.area, self.required = area, community_required
        self.streets: dict[str, list[int]] = {}
        self.street_names: dict[int, str] = {}
        self.communities: dict[tuple[int, str], list[int]] = {}
        self.elsewhere: dict[str, list[int]] = {}
        self.mine_streets = set(Street.objects.in_area(area).values_list("pk", flat=True))
        self.mine = set(Community.objects.in_area(area).values_list("pk", flat=True))
        for pk, name in Street.objects.order_by("district", "order").values_list("pk", "name"):
            self.streets.setdefault(street_key(name), []).append(pk)
            self.street_names[pk] = name
        open_ones = Community.objects.open_on(timezone.localdate()).order_by("code")
        for pk, street, name in open_ones.values_list("pk", "street_id", "name"):
            for key in dict.fromkeys((narrow(name), community_key(name))):
                self.communities.setdefault((street, key), []).append(pk)
                self.elsewhere.setdefault(key, []).append(street)
        self.memo: dict = {}

    def find(self, street, community) -> Found:
        key = (street, community)
        if key not in self.memo:
            self.memo[key] = self._find(street, community)
        return self.memo[key]

    def _find(self, street, community) -> Found:
        found = Found()
        try:
            found.street = self._street(street)
        except Unfit as wrong:
            found.unfit.append(("street", wrong))
            return found
        if is_blank(community):
            if self.area.kind == "community" and not self.required:
                found.unfit.append(("community", self._outside("")))
            return found
        try:
            found.community = self._community(found.street, shown(community))
        except Unfit as wrong:
            found.unfit.append(("community", wrong))
        return found

    def _street(self, raw) -> int | None:
        if is_blank(raw):
            return None  # reported by the column itself
        candidates = self.streets.get(street_key(shown(raw)), [])
        mine = [s for s in candidates if s in self.mine_streets]
        if not candidates:
            raise Unfit("street_unknown", "没有这个街镇", self._names(self.mine_streets))
        if not mine:
            raise self._outside("")  # nothing is offered: the row is somebody else's
        if len(mine) > 1:
            raise Unfit("street_unknown", "不止一个街镇叫这个名称，请写全称", self._names(mine))
        return mine[0]

    def _community(self, street: int | None, raw: str) -> int | None:
        if street is None:
            return None
        whole = narrow(raw)
        short = self.street_names[street]
        if whole.startswith(short) and len(whole) > len(short):
            whole = whole[len(short) :]
        found = (
            self.communities.get((street, whole))
            or self.communities.get((street, community_key(whole)))
            or []
        )
        if len(found) == 1:
            if found[0] not in self.mine:
                raise self._outside("")
            return found[0]
        if found:
            raise Unfit("community_unknown", "不止一个居委叫这个名称，请写全称")
        others = self.elsewhere.get(whole) or self.elsewhere.get(community_key(whole)) or []
        others = [street for street in others if street in self.mine_streets]
        if others:
            raise Unfit(
                "community_not_in_street",
                f"这个居委属于{self._names(others)}，不属于{self.street_names[street]}",
                f"{self.street_names[street]}的居委，或把所属街镇改为{self._names(others)}",
            )
        raise Unfit(
            "community_unknown",
            f"{self.street_names[street]}没有这个居委",
            f"{self.street_names[street]}现有的居委",
        )

    def _outside(self, allowed: str) -> Unfit:
        return Unfit("out_of_area", f"不在您的管辖范围（{self.area.label}）", allowed)

    def _names(self, streets) -> str:
        return "、".join(self.street_names[s] for s in list(dict.fromkeys(sorted(streets)))[:20])
