"""按日期设定的数值如何声明，和平台自己的几个。只有声明，不接触数据库。"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Declared:
    """一个参数：`first` 为首个值，自始有效，直到有更晚生效的记录。

    `first` 写几位小数，以后的值就可以有几位（最多两位）；`least`、`most` 为允许的范围。
    """

    key: str
    name: str
    unit: str
    first: Decimal
    legal_basis: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(1_000_000_000)

    @property
    def places(self) -> int:
        return min(2, max(0, -int(self.first.as_tuple().exponent)))


UNDO_DAYS = Declared(
    "core.undo.days", "可撤销期限", "天", Decimal(30), "内部口径，可调整", least=Decimal(1), most=Decimal(365)
)
TAKE_BACK_MINUTES = Declared(
    "core.take_back.minutes", "撤回决定的期限", "分钟", Decimal(30), "内部口径，可调整", most=Decimal(1440)
)
INTERNAL = "内部口径，可调整"


def per_period(key: str, name: str, unit: str, first: int, most: int = 100_000) -> Declared:
    return Declared(key, name, unit, Decimal(first), INTERNAL, least=Decimal(1), most=Decimal(most))


READS = per_period("core.reads.most", "每人每个时段最多查看电话、住址", "次", 30)
READ_MINUTES = per_period("core.reads.minutes", "查看电话、住址的计算时段", "分钟", 10, 1_440)
DENIALS = per_period("core.denials.alarm", "每人每个时段被拒绝访问达到时告警", "次", 30)
DENIALS_MOST = per_period("core.denials.most", "每人每个时段被拒绝访问达到时暂停", "次", 1_000)
DENIAL_MINUTES = per_period("core.denials.minutes", "拒绝访问的计算时段", "分钟", 10, 1_440)
PUBLIC = per_period("core.public.most", "公开查验：每个网络地址每个时段最多", "次", 600)
PUBLIC_MISSES = per_period("core.public.misses", "公开查验：每个网络地址每个时段最多输错", "次", 60)
PUBLIC_MINUTES = per_period("core.public.minutes", "公开查验的计算时段", "分钟", 10, 1_440)
UPLOAD_DAYS = per_period("core.uploads.days", "上传的台账、标注副本保留期限", "天", 90, 3_650)
PARAMETERS = [
    UNDO_DAYS, TAKE_BACK_MINUTES, READS, READ_MINUTES, DENIALS, DENIALS_MOST, DENIAL_MINUTES, PUBLIC, PUBLIC_MISSES, PUBLIC_MINUTES, UPLOAD_DAYS,
]  # fmt: skip
