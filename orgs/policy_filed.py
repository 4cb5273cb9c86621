"""备案事项：备案表上的栏目。已备案的团队，这些内容要经备案办理才能改变；每个入口都问这里。

依据：市群众活动团队备案表（团队情况、负责人情况、政治指导员情况，社区和街镇意见）；长民规〔2021〕1号第四部分（一）2 分级管理、
3 分类备案。备案由居委初审、街镇审核，两级意见、至少两人经手；因此内容的改变也须两人经手，并写明理由。
“联系人、联系电话、备注”不属于备案事项，随时可以补充。备案时空缺的栏目，可以用台账或批量补录；补录不改变已备案的内容。
"""

from collections.abc import Iterable

from orgs.choices import Door, Tier

FILED_FACTS = (
    "name", "category", "service_fields", "street", "community", "established_on", "filing_no", "activity_content",
    "activity_place", "activity_time", "weekly_sessions", "member_count", "party_member_count", "leader_name",
    "leader_gender", "leader_age", "leader_political_status", "liaison_assignment", "liaison_name", "party_branch",
    "committee_opinion", "committee_opinion_on", "street_opinion", "street_opinion_on",
)  # fmt: skip
PLACE = frozenset({"street", "community"})
# 证明上印的事项：有一项变了，原证明就不再是现状
PRINTED = ("name", "category", "community", "leader_name", "activity_place")

# 可以改变备案事项的入口：经两人办理的备案；按市备案系统核对后采用其值（市系统中的备案已经审核，须逐项或批量确认并写入记录）
OPEN_DOORS = frozenset({Door.FILING, Door.MUNICIPAL})
WAYS = "情况有变化的请办“变更”，录入有差错的请办“更正差错”"


def is_filed(tier: str) -> bool:
    """团队都经街镇备案；停止活动、注销以后，备案时的内容也不能直接改写。"""
    return tier == Tier.TEAM


def facts_changed(before: dict, after: dict, *, place_gone: bool = False) -> list[str]:
    """两个时点之间改变了的备案事项，按备案表次序。

    原来空缺的补上不算改变；原居委已撤销的（区划调整），划到新居委不算改变。
    """
    kept = [name for name in FILED_FACTS if name in before and name in after]
    return [
        name for name in kept
        if before[name] not in (None, "", []) and before[name] != after[name] and not (place_gone and name in PLACE)
    ]  # fmt: skip


def filed_refusal(labels: Iterable[str], door: Door) -> str | None:
    """这个入口不能改变备案事项时的一句话。"""
    named = "、".join(labels)
    return (
        f"“{named}”是备案事项，不能经“{door.label}”改变：{WAYS}。"
        if named and door not in OPEN_DOORS
        else None
    )
