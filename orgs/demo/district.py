"""A believable district: which community has how many organisations, and what became of each of them in two years.

Everything follows from the random generator that is passed in: the same seed gives the same district.
"""

import datetime
from dataclasses import dataclass, field
from random import Random

from orgs import policy
from orgs.choices import Dormancy, Tier, Verb
from orgs.demo import words
from orgs.demo.records import Maker, days, person

REGISTERED, TEAMS, GROUPS = 620, 1_700, 600
NOT_COUNTED = {Tier.REGISTERED: 28, Tier.TEAM: 130, Tier.GROUP: 57}
WITHOUT_COMMUNITY = 6
SPAN = 760  # days since the product was launched: a little more than two years
AREAWIDE = "虹桥经济技术开发区居委会"  # a special unit: hardly anybody lives there


@dataclass
class Step:
    """One change: when, what, by whom, why, and the values that it set."""

    at: datetime.date
    verb: str
    who: str
    reason: str
    values: dict
    clause: str = ""


@dataclass
class Life:
    """An organisation from the day when it was entered: its first values, its changes, its activities."""

    entered: datetime.date
    values: dict
    who: str
    steps: list[Step] = field(default_factory=list)
    activities: list[dict] = field(default_factory=list)
    dormancy: str = str(Dormancy.ACTIVE)
    judged_on: datetime.date | None = None  # the night on which it fell silent

    @property
    def last_active_on(self) -> datetime.date | None:
        return max((a["held_on"] for a in self.activities), default=None)

    def now(self) -> dict:
        """The values of today."""
        found = dict(self.values)
        for step in self.steps:
            found |= step.values
        return found

    def standing(self, night: datetime.date) -> tuple[str, str] | None:
        """(tier, status) on a night; None before it was entered."""
        if self.entered > night:
            return None
        tier, status = self.values["tier"], self.values["status"]
        for step in self.steps:
            if step.at <= night:
                tier, status = step.values.get("tier", tier), step.values.get("status", status)
        return tier, status


def shares(rng: Random, communities: list) -> dict[int, int]:
    """How many counted organisations each community has: a few far below 12, most near it; together what is wanted."""
    wanted = REGISTERED + TEAMS + GROUPS - sum(NOT_COUNTED.values()) - WITHOUT_COMMUNITY
    found = {}
    for community in communities:
        draw = rng.random()
        low, high = next(
            s for limit, *s in ((0.1, 4, 9), (0.27, 10, 11), (0.8, 12, 17), (1.1, 18, 24)) if draw < limit
        )
        found[community.pk] = 3 if community.name == AREAWIDE else rng.randint(low, high)
    adjustable = [c.pk for c in communities if found[c.pk] >= 12]
    while (missing := wanted - sum(found.values())) != 0:
        pk = rng.choice(adjustable)
        if missing > 0 or found[pk] > 12:
            found[pk] += 1 if missing > 0 else -1
    return found


class District:
    """Makes all lives of one district."""

    def __init__(self, rng: Random, as_of: datetime.date, communities: list):
        self.rng, self.as_of, self.communities = rng, as_of, communities
        self.launch = as_of - days(SPAN)
        self.maker = Maker(rng, as_of)
        self.officers = {c.street_id: person(rng) for c in communities} | {
            c.street_id: {"华阳路街道": "陆晓燕", "新泾镇": "黄建平"}[c.street.name]
            for c in communities
            if c.street.name in ("华阳路街道", "新泾镇")
        }

    def lives(self) -> list[Life]:
        places = [c for c in self.communities for _ in range(self.counts[c.pk])]
        tiers = [Tier.REGISTERED] * (REGISTERED - NOT_COUNTED[Tier.REGISTERED] - WITHOUT_COMMUNITY)
        tiers += [Tier.GROUP] * (GROUPS - NOT_COUNTED[Tier.GROUP])
        tiers += [Tier.TEAM] * (len(places) - len(tiers))
        self.rng.shuffle(tiers)
        found = [self.counted(tier, place) for tier, place in zip(tiers, places, strict=True)]
        found += [
            self.counted(Tier.REGISTERED, self.rng.choice(self.communities), areawide=True)
            for _ in range(WITHOUT_COMMUNITY)
        ]
        for tier, number in NOT_COUNTED.items():
            found += [self.ended(tier, self.rng.choice(self.communities), n) for n in range(number)]
        self.rng.shuffle(found)
        self.write_twice(found)
        return found

    def write_twice(self, lives: list[Life]) -> None:
        """In every other street a team that somebody entered a second time under the street's name."""
        for community in {c.street_id: c for c in self.communities if c.street.order % 2}.values():
            first, second = [
                life.values for life in lives
                if life.values["tier"] == Tier.TEAM and life.values["street_id"] == community.street_id
            ][:2]  # fmt: skip
            second["name"] = community.street.name + first["name"]
            second["leader_name"], second["contact_phone"] = first["leader_name"], first["contact_phone"]

    @property
    def counts(self) -> dict[int, int]:
        if not hasattr(self, "_counts"):
            self._counts = shares(self.rng, self.communities)
        return self._counts

    def born(self, tier: str, community, late: float = 0.25, areawide: bool = False) -> Life:
        """An organisation as it was entered: most with the first ledgers, some since."""
        rng = self.rng
        if rng.random() < late:
            entered = self.launch + days(rng.randint(20, SPAN - 12))
            established = entered - days(rng.randint(5, 60))
        else:
            entered = self.launch + days(rng.randint(0, 6))
            established = self.launch - days(int(60 + rng.random() ** 1.6 * 6000))
        make = {
            Tier.REGISTERED: self.maker.registered,
            Tier.TEAM: self.maker.team,
            Tier.GROUP: self.maker.group,
        }[tier]
        values = make(community.street, None if areawide else community, established)
        if tier == Tier.TEAM:  # an opinion cannot be later than the entry
            values["street_opinion_on"] = min(values["street_opinion_on"], entered)
            values["committee_opinion_on"] = min(values["committee_opinion_on"], values["street_opinion_on"])
        return Life(entered, values, self.officer(tier, community))

    def officer(self, tier: str, community) -> str:
        return "周敏华" if tier == Tier.REGISTERED else self.officers[community.street_id]

    def counted(self, tier: str, community, areawide: bool = False) -> Life:
        rng = self.rng
        draw = rng.random()
        if tier == Tier.TEAM and draw < 0.03:
            life = self.promoted(Tier.GROUP, [Tier.TEAM], community)
        elif tier == Tier.REGISTERED and draw < 0.025 and not areawide:
            path = [Tier.TEAM, Tier.REGISTERED]
            life = (
                self.promoted(Tier.GROUP, path, community)
                if draw < 0.008
                else self.promoted(Tier.TEAM, path[1:], community)
            )
        else:
            life = self.born(tier, community, areawide=areawide)
            self.rectify(life, draw)
            self.edits(life, community)
        self.activity(life, ended=None)
        return life

    def rectify(self, life: Life, draw: float) -> None:
        """Some registered bodies are being put right, some were."""
        if life.values["tier"] != Tier.REGISTERED or draw < 0.93:
            return
        room = (self.as_of - life.entered).days
        if room < 240:
            return
        begun = self.as_of - days(self.rng.randint(20, 110))
        reasons = words.REASONS["status"]
        life.steps.append(Step(begun, Verb.STATUS, life.who, reasons["rectifying"], {"status": "rectifying"}))
        if draw > 0.97:
            done = begun + days(self.rng.randint(8, 18))
            life.steps.append(Step(done, Verb.STATUS, life.who, reasons["normal"], {"status": "normal"}))

    def promoted(self, first: str, path: list, community) -> Life:
        """小组→团队→注册 on one record."""
        life = self.born(first, community, late=0)
        at = life.entered + days(self.rng.randint(60, 260))
        for tier in path:
            content = life.values["activity_content"]
            if tier == Tier.TEAM:
                values = {"tier": "team", "status": "filed"} | self.maker.filing(
                    community.street, community, content, at - days(100)
                )
                reason = "成员稳定在十人以上，转为备案团队"
                values["committee_opinion_on"], values["street_opinion_on"] = at - days(9), at - days(2)
            else:
                form = self.rng.choice(["service_agency", "association"])
                values = {"tier": "registered", "status": "normal"} | self.maker.certificate(form, at)
                reason = "经区民政局核准登记"
            who = self.officer(tier, community)
            life.steps.append(Step(at, Verb.PROMOTE, who, reason, values, "第四部分（一）2"))
            at += days(self.rng.randint(150, 380))
        return life

    def ended(self, tier: str, community, number: int) -> Life:
        """An organisation that no longer counts, and since when."""
        life = self.born(tier, community, late=0.1)
        choices = {
            Tier.REGISTERED: ["cancelled", "cancelled", "cancelled", "revoked"],
            Tier.TEAM: ["stopped", "stopped", "cancelled"],
            Tier.GROUP: ["stopped"],
        }[tier]
        status = choices[number % len(choices)]
        at = life.entered + days(self.rng.randint(5, max(6, (self.as_of - life.entered).days - 2)))
        at = min(at, self.as_of - days(1))
        life.steps.append(
            Step(at, Verb.STATUS, life.who, words.REASONS["status"][status], {"status": status})
        )
        self.activity(life, ended=at)
        return life

    def edits(self, life: Life, community) -> None:
        """Up to two ordinary changes before the newest change of status."""
        rng = self.rng
        last = min((s.at for s in life.steps), default=self.as_of - days(1))
        room = (last - life.entered).days - 1
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            if room < 30:
                return
            values = rng.choice(
                [
                    {"leader_name": person(rng)},
                    {"contact_phone": f"1990000{rng.randrange(10_000):04d}"},
                    {"activity_place": rng.choice(words.VENUES)},
                    {"remark": "年度复核通过"},
                ]
            )
            at = life.entered + days(rng.randint(10, room))
            life.steps.append(Step(at, Verb.EDIT, life.who, rng.choice(words.REASONS["edit"]), values))
        life.steps.sort(key=lambda step: step.at)

    def activity(self, life: Life, ended: datetime.date | None) -> None:
        """Activities backwards from the last one; how long ago that was decides whether the organisation sleeps."""
        rng, now = self.rng, life.now()
        period, grace = (int(p.first) for p in policy.DORMANCY_DAYS[Tier(now["tier"])])
        draw = rng.random()
        if ended:
            ago = (self.as_of - ended).days + rng.randint(10, 60)
        elif draw < 0.85:
            ago = int(rng.random() ** 2 * period * 0.8) + 1
        elif draw < 0.92:
            ago = period + rng.randint(1, grace)
        else:
            ago = period + grace + rng.randint(1, 200)
        at = self.as_of - days(ago)
        if at <= now["established_on"]:
            at = min(now["established_on"] + days(3), self.as_of - days(1))
        begin = max(self.launch - days(365), now["established_on"])
        while at > begin or not life.activities:
            life.activities.append(self.one_activity(life, now, at))
            asleep = rng.random() < 0.06  # some slept before and woke up again
            at -= days(rng.randint(250, 560) if asleep else rng.randint(25, 190))
        silent = (self.as_of - life.last_active_on).days
        if not ended and silent > period:
            life.dormancy = str(Dormancy.DORMANT if silent > period + grace else Dormancy.LATE)
            after = period + grace if silent > period + grace else period
            life.judged_on = life.last_active_on + days(after + 1)

    def one_activity(self, life: Life, now: dict, at: datetime.date) -> dict:
        rng = self.rng
        content = now.get("activity_content")
        size = now.get("member_count") or rng.randint(10, 90)
        return {
            "name": f"{content}{rng.choice(['活动', '展示', '交流'])}"
            if content and rng.random() < 0.4
            else rng.choice(words.EVENTS),
            "held_on": at,
            "place": rng.choice(words.VENUES),
            "attendance": max(3, int(size * rng.uniform(0.5, 1.3))),
            "field": now["service_fields"][0],
            "is_major": rng.random() < 0.02,
        }
