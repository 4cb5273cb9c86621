"""社区活动小组的年度确认，和转备案的准备情况。

依据：长民规〔2021〕1号第四部分（一）2“居民委员会指导和管理活动小组”。
"""

from decimal import Decimal

from core.policy import Declared
from filings.policy.filings import INTERNAL

CONFIRM_FROM = Declared(
    "filings.confirm_from",
    "每年从几月起确认小组、复核团队",
    "月",
    Decimal(11),
    INTERNAL,
    least=Decimal(1),
    most=Decimal(12),
)
PARAMETERS = [CONFIRM_FROM]
WORKFLOWS = []


def readiness(
    group, *, least_members: int, least_activities: int, warned: list[str]
) -> list[tuple[str, str]]:
    """转备案的各项条件：[(条件, 还缺什么；已具备时为空)]。group 带有近一年活动次数 recent 和本年度是否确认 confirmed。"""
    members, recent = group.member_count or 0, group.recent
    return [
        ("成员", "" if members >= least_members else f"现有 {members} 人，至少 {least_members} 人"),
        ("负责人", "" if group.leader_name and group.contact_phone else "请补填召集人姓名和联系电话"),
        ("活动内容", "" if group.activity_content else "请补填活动内容"),
        ("时间地点", "" if group.activity_place and (group.activity_time or group.frequency) else "请补填活动地点和活动频次"),
        ("近一年活动", "" if recent >= least_activities else f"近一年 {recent} 次，至少 {least_activities} 次"),
        ("年度确认", "" if group.confirmed else "居委本年度还没有确认"),
        ("名称", "；".join(words.rstrip("。") for words in warned)),
    ]  # fmt: skip
