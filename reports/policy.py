"""夜间任务的规则：一个晚上何时开始，哪些晚上要补，失败以后隔多久再试。只写规则，不接触数据库。"""

import datetime
from decimal import Decimal

from core.policy import Declared

BEGINS = datetime.time(0, 30)  # 一天过去以后，从这时起运行它的夜间任务
CATCH_UP_DAYS = Declared(
    "reports.catch_up_days", "夜间任务补跑期限", "天", Decimal(31),
    "内部口径，可调整；更早而没有完成的晚上不再补采", least=Decimal(1), most=Decimal(366),
)  # fmt: skip
PARAMETERS = [CATCH_UP_DAYS]
AT_ONCE = 2  # 中断的晚上先立即接着做两次
LONGEST_PAUSE = datetime.timedelta(hours=24)


def last_night(now: datetime.datetime) -> datetime.date:
    """到此刻（本地时间）为止，最近一个该有夜间任务的日期。"""
    back = 1 if now.time() >= BEGINS else 2
    return now.date() - datetime.timedelta(days=back)


def pause(runs: int, failed: bool) -> datetime.timedelta:
    """没有完成的一晚，已运行 runs 次：隔多久再试。失败的从一小时起逐次加长；中断的头两次立即接着做。"""
    hours = runs if failed else max(0, runs - AT_ONCE)
    return min(datetime.timedelta(hours=hours), LONGEST_PAUSE)
