"""For apps that know teams from elsewhere: how names are compared and sorted, and what the values of a team may not be."""

import datetime
from collections.abc import Iterable

from django.utils import timezone

from core.dated import is_open
from core.settings.parameters import value
from orgs import policy, search
from orgs.choices import TermKind, Tier
from orgs.models import Organization, StatusChange
from orgs.queries import terms

REQUIRED = {"name": "名称不能为空。", "leader_name": "负责人不能为空。"}


def name_key(name: str) -> str:
    """Equal for two spellings of one name."""
    return search.normalise(name)[:200]


def sort_key(name: str) -> str:
    return search.sort_key(name)


def asked_for(pks: Iterable[int]) -> set[int]:
    """Organisations with a request to change their status that is not decided yet."""
    rows = StatusChange.objects.filter(organization__in=list(pks), state__in=policy.OPEN)
    return set(rows.values_list("organization", flat=True))


class TeamChecks:
    """Without a form: field → sentence. Reads what is dated once; then judges any number of teams."""

    def __init__(self, on: datetime.date | None = None):
        self.today = on or timezone.localdate()
        self.least = int(value(policy.TEAM_MIN_MEMBERS, self.today))
        self.categories = {code for code, _ in terms.choices(TermKind.CATEGORY, self.today)}

    def faults(self, team: Organization, names: set[str]) -> dict[str, str]:
        """The faults that follow from the fields `names`."""
        found = {name: words for name, words in REQUIRED.items() if name in names and not getattr(team, name)}
        members, party = team.member_count, team.party_member_count
        if "member_count" in names and members is not None and members < self.least:
            found["member_count"] = f"备案团队至少 {self.least} 人。"
        elif (
            names & {"member_count", "party_member_count"}
            and None not in (members, party)
            and party > members
        ):
            found.update(
                dict.fromkeys(
                    names & {"member_count", "party_member_count"}, f"党员数（{party}）不能多于参加人数（{members}）。"
                )
            )  # fmt: skip
        if "community" in names:
            if team.community is None or team.community.street_id != team.street_id:
                found["community"] = "居委不属于这个街镇。"
            elif not is_open(team.community, self.today):
                found["community"] = "这个居委已撤销或还没设立。"
        if "category" in names and team.category not in self.categories:
            found["category"] = "这个类别现在不能选用。"
        if "status" in names and team.status not in policy.STATUSES[Tier.TEAM]:
            found["status"] = "团队没有这个状态。"
        if "established_on" in names and team.established_on and team.established_on > self.today:
            found["established_on"] = "成立日期不能晚于今天。"
        return found
