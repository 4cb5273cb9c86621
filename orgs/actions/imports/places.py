"""Street and community of a ledger row: official, everyday and agreed names, cut to the importer's area. Nothing is guessed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.ledger.parsing import Unfit, is_blank, narrow, shown
from core.scope import Area
from places.models import Community, District, PlaceAlias, Street
from places.queries import names


@dataclass
class Found:
    """street_id and community_id, or (field, Unfit) of what is wrong."""

    street: int | None = None
    community: int | None = None
    unfit: list[tuple[str, Unfit]] = field(default_factory=list)


class PlaceFinder:
    """All open places of the installation, so that “unknown” and “outside your area” can be told apart.

    A name is looked for in this order: the official one, an agreed one (`PlaceAlias`), one that follows by rule. What is left is
    a fault that offers the likeliest names of the person's own area.
    """

    def __init__(self, area: Area, community_required: bool):
        self.area, self.required = area, community_required
        self.street_names: dict[int, str] = {}
        self.streets: dict[str, list[int]] = {}
        self.everyday_streets: dict[str, list[int]] = {}
        self.mine_streets = set(Street.objects.in_area(area).values_list("pk", flat=True))
        self.mine = set(Community.objects.in_area(area).values_list("pk", flat=True))
        for pk, name in Street.objects.order_by("district", "order").values_list("pk", "name"):
            whole, *short = names.street_keys(name) or [names.street_key(name)]
            self.streets.setdefault(whole, []).append(pk)
            for key in short:
                self.everyday_streets.setdefault(key, []).append(pk)
            self.street_names[pk] = name
        self.community_names: dict[int, str] = {}
        self.within: dict[int, dict[int, str]] = {pk: {} for pk in self.street_names}
        self.elsewhere: dict[str, list[int]] = {}
        open_ones = Community.objects.filter(closed_on__isnull=True).order_by("code")
        for pk, street, name in open_ones.values_list("pk", "street_id", "name"):
            self.community_names[pk] = name
            self.within[street][pk] = name
            self.elsewhere.setdefault(names.community_key(name), []).append(street)
        districts = District.objects.values_list("name", flat=True)
        self.taken = {
            *self.elsewhere,
            *self.streets,
            *self.everyday_streets,
            *(d.rstrip("区县市") for d in districts),
        }
        self.everyday = {street: names.Everyday(mine) for street, mine in self.within.items()}
        self.agreed = {
            (street if community else None, key): community or street
            for street, community, key in PlaceAlias.objects.values_list("street_id", "community_id", "key")
        }
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
                found.unfit.append(("community", self._outside()))
            return found
        try:
            found.community = self._community(found.street, shown(community))
        except Unfit as wrong:
            found.unfit.append(("community", wrong))
        return found

    # ---- streets ------------------------------------------------------------------------------------------------

    def _street(self, raw) -> int | None:
        if is_blank(raw):
            return None  # reported by the column itself
        words = narrow(shown(raw))
        candidates = self._streets_called(words)
        mine = [s for s in candidates if s in self.mine_streets]
        if not candidates:
            own = {pk: name for pk, name in self.street_names.items() if pk in self.mine_streets}
            likely = names.alike(words, own, names.street_key)
            raise Unfit(
                "street_unknown", "没有这个街镇", self._offered(own[pk] for pk in likely) or self._names(own)
            )
        if not mine:
            raise self._outside()
        if len(mine) > 1:
            raise Unfit("street_unknown", "不止一个街镇叫这个名称，请写全称", self._names(mine))
        return mine[0]

    def _streets_called(self, words: str) -> list[int]:
        key, kind = names.street_key(words), names.street_kind(words)
        agreed = self.agreed.get((None, key))
        for found in (self.streets.get(key), [agreed] if agreed else [], self.everyday_streets.get(key)):
            fitting = [s for s in found or () if self._is(s, kind)]
            if fitting:
                return fitting
        return []

    def _is(self, street: int, kind: str) -> bool:
        """Whether a street may be called a 街道, or a 镇: 虹桥镇 lies in another district."""
        own = names.street_kind(self.street_names[street])
        return not (kind and own) or kind == own

    # ---- communities --------------------------------------------------------------------------------------------

    def _community(self, street: int | None, raw: str) -> int | None:
        if street is None:
            return None
        words = narrow(raw)
        keys = dict.fromkeys(
            names.community_key(w) for w in (words, names.without_place(words, self.street_names[street]))
        )
        found = self._called(street, keys)
        if len(found) == 1:
            if found[0] not in self.mine:
                raise self._outside()
            return found[0]
        if found:
            raise Unfit(
                "community_unknown", "不止一个居委可以这样简称，请写全称", self._offered_of(street, found)
            )
        others = [s for key in keys for s in self.elsewhere.get(key, ()) if s in self.mine_streets]
        if others:
            raise Unfit(
                "community_not_in_street",
                f"这个居委属于{self._names(others)}，不属于{self.street_names[street]}",
                f"{self.street_names[street]}的居委，或把所属街镇改为{self._names(others)}",
            )
        likely = names.alike(list(keys)[-1], self.within[street])
        raise Unfit(
            "community_unknown",
            f"{self.street_names[street]}没有这个居委",
            self._offered_of(street, likely) or f"{self.street_names[street]}现有的居委",
        )

    def _called(self, street: int, keys: Iterable[str]) -> list[int]:
        """By the official name, by an agreed one, by rule unless another place has this very name."""
        here = self.everyday[street]
        for key in keys:
            if found := here.exact(key):
                return found
        for key in keys:
            agreed = self.agreed.get((street, key))
            if agreed in self.within[street]:
                return [agreed]
        for key in keys:
            if key not in self.taken and (found := here.by_rule(key)):
                return found
        return []

    def _outside(self) -> Unfit:
        return Unfit(
            "out_of_area", f"不在您的管辖范围（{self.area.label}）"
        )  # nothing is offered: the row is somebody else's

    def _names(self, streets: Iterable[int]) -> str:
        return "、".join(self.street_names[s] for s in list(dict.fromkeys(sorted(streets)))[:20])

    def _offered_of(self, street: int, communities: Iterable[int]) -> str:
        return self._offered(self.within[street][pk] for pk in communities if pk in self.mine)

    @staticmethod
    def _offered(words: Iterable[str]) -> str:
        found = list(words)
        return f"是不是：{'、'.join(found)}？" if found else ""
