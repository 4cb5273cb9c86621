"""One made-up organisation of each tier, as the values of its fields on the day when it was entered."""

import datetime
from random import Random

from orgs.choices import Assignment, Gender, Grade, PartyStatus, PoliticalStatus, Tier
from orgs.demo import codes, words

MOST_OFTEN_MASSES = [PoliticalStatus.MASSES] * 5 + [PoliticalStatus.PARTY] * 4 + [PoliticalStatus.DEMOCRATIC]
PARTY = (
    [PartyStatus.BRANCH] * 3
    + [PartyStatus.JOINT] * 3
    + [PartyStatus.INSTRUCTOR] * 8
    + [PartyStatus.DUE, PartyStatus.NO_MEMBERS]
)
LEGAL_FORMS = ["service_agency"] * 80 + ["association"] * 19 + ["foundation"]
CAPITAL = {"association": [3, 5, 10], "service_agency": [3, 5, 10, 20, 50], "foundation": [200, 400, 800]}
ANNUAL = ["合格/合格/合格"] * 16 + ["合格/合格/基本合格"] * 3 + ["合格/基本合格/不合格"]


def days(count: int) -> datetime.timedelta:
    return datetime.timedelta(days=count)


def person(rng: Random) -> str:
    given = words.GIVEN
    at = rng.randrange(len(given) // 2) * 2
    return rng.choice(words.SURNAMES) + (given[at : at + 2] if rng.random() < 0.75 else rng.choice(given))


def brand(rng: Random) -> str:
    return rng.choice(words.BRANDS_FIRST) + rng.choice(words.BRANDS_LAST)


def short(place: str) -> str:
    """“华阳路街道” → “华阳路”, “华一居委会” → “华一”."""
    for ending in ("居委会", "街道", "镇"):
        place = place.removesuffix(ending)
    return place


class Maker:
    """Makes records for one day of reckoning; keeps what must be unique: names, codes, filing numbers."""

    def __init__(self, rng: Random, as_of: datetime.date):
        self.rng, self.as_of = rng, as_of
        self.names: set[str] = set()
        self.serials: dict[tuple[str, int], int] = {}
        self.number = rng.randrange(1_000_000)

    def unique(self, make) -> str:
        while (name := make()) in self.names:
            pass
        self.names.add(name)
        return name

    def common(self, tier: str, topic: tuple, street, community, established: datetime.date) -> dict:
        rng = self.rng
        self.number += 7
        return {
            "tier": str(tier),
            "category": topic[0],
            "service_fields": sorted({topic[2], *(["civility"] if rng.random() < 0.15 else [])}),
            "street_id": street.pk,
            "community_id": community.pk if community else None,
            "established_on": established,
            "leader_name": person(rng),
            "contact_phone": codes.phone(self.number),
            "remark": rng.choice(words.REMARKS),
        }

    def registered(self, street, community, established: datetime.date) -> dict:
        rng, topic = self.rng, self.rng.choice(words.BODY_TOPICS)
        form = rng.choice(LEGAL_FORMS)
        ending = words.BODY_ENDINGS[form]
        local = form == "association" or rng.random() < 0.2

        def name() -> str:
            start = f"上海市长宁区{short(street.name)}" if local else "上海长宁"
            return f"{start}{brand(rng)}{'公益' if form == 'foundation' else topic[1]}{rng.choice(ending)}"

        record = self.common(Tier.REGISTERED, topic, street, community, established)
        record |= {"status": "normal", "name": self.unique(name), "business_scope": f"{topic[1]}及相关活动"}
        return record | self.certificate(form, established)

    def certificate(self, form: str, established: datetime.date) -> dict:
        """What registration adds to a body: code, certificate, inspections, rating, Party."""
        rng = self.rng
        self.number += 7
        rated = rng.random()
        grade = rng.choice([Grade.A3] * 10 + [Grade.A4] * 4 + [Grade.A5]) if rated < 0.25 else ""
        grade = rng.choice([Grade.A1, Grade.A2]) if 0.25 <= rated < 0.33 else grade
        return {
            "credit_code": codes.credit_code(form, self.number),
            "legal_form": form,
            "registration_no": f"沪长民登字第{self.number % 10_000:04d}号",
            "registration_authority": words.AUTHORITY,
            "supervising_body": rng.choice(words.SUPERVISORS),
            "certificate_expires_on": self.as_of + days(self.ahead()),
            "registered_capital": rng.choice(CAPITAL[form]),
            "address": f"长宁区{rng.choice(words.ROADS)}{rng.randint(1, 1500)}号{rng.randint(1, 40)}室",
            "annual_results": rng.choice(ANNUAL) if established < self.as_of - days(1200) else "",
            "grade": str(grade),
            "grade_expires_on": self.as_of + days(rng.randint(-200, 1700)) if grade else None,
            "party_status": str(rng.choice(PARTY)),
            "staff_count": rng.randint(3, 60),
            "contact_name": person(rng),
        }

    def ahead(self) -> int:
        """Days until a certificate expires: some are over, some near, most far."""
        draw = self.rng.random()
        spans = ((0.03, -300, -1), (0.05, 0, 30), (0.09, 31, 90), (0.15, 91, 180), (1.1, 181, 1450))
        return next(self.rng.randint(low, high) for limit, low, high in spans if draw < limit)

    def team(self, street, community, established: datetime.date) -> dict:
        rng, topic = self.rng, self.rng.choice(words.TEAM_TOPICS)

        def name() -> str:
            own = brand(rng) if rng.random() < 0.45 else ""
            return f"{short(community.name)}{own}{topic[1]}{rng.choice(words.TEAM_ENDINGS[topic[0]])}"

        record = self.common(Tier.TEAM, topic, street, community, established)
        return (
            record
            | {"status": "filed", "name": self.unique(name)}
            | self.filing(street, community, topic[1], established)
        )

    def filing(self, street, community, content: str, established: datetime.date) -> dict:
        """What the filing of a team adds: number, members, liaison, both opinions."""
        rng = self.rng
        first = min(established + days(rng.randint(10, 90)), self.as_of - days(20))
        key = (street.code, first.year)
        self.serials[key] = self.serials.get(key, 0) + 1
        members = rng.randint(10, 65)
        assigned = rng.random() < 0.8
        return {
            "filing_no": codes.filing_no(street.code, first.year, self.serials[key]),
            "activity_content": content,
            "activity_place": rng.choice(words.VENUES),
            "activity_time": rng.choice(words.TIMES),
            "weekly_sessions": rng.randint(1, 3),
            "member_count": members,
            "party_member_count": rng.randint(0, members // 3),
            "leader_gender": str(rng.choice([Gender.FEMALE, Gender.FEMALE, Gender.MALE])),
            "leader_age": rng.randint(45, 78),
            "leader_political_status": str(rng.choice(MOST_OFTEN_MASSES)),
            "liaison_name": person(rng) if assigned else "",
            "liaison_assignment": str(Assignment.ASSIGNED if assigned else Assignment.UNASSIGNED),
            "party_branch": f"{short(community.name)}居民区党总支",
            "committee_opinion": "同意备案",
            "committee_opinion_on": first,
            "street_opinion": "审核通过",
            "street_opinion_on": first + days(rng.randint(2, 12)),
        }

    def group(self, street, community, established: datetime.date) -> dict:
        rng, topic = self.rng, self.rng.choice(words.TEAM_TOPICS)
        record = self.common(Tier.GROUP, topic, street, community, established)
        return record | {
            "status": "normal",
            "name": self.unique(lambda: f"{short(community.name)}{rng.randint(1, 99)}号楼{topic[1]}小组"),
            "activity_content": topic[1],
            "activity_place": rng.choice([*words.VENUES, "楼道会客厅", "楼组长家"]),
            "frequency": rng.choice(words.FREQUENCIES),
            "member_count": rng.randint(4, 18),
        }
