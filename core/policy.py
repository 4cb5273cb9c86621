"""按日期设定的数值如何声明；数值本身是 `Parameter` 记录。"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Declared:
    """一个参数：`first` 为首个值，自始有效，直到有更晚生效的记录。"""

    key: str
    name: str
    unit: str
    first: Decimal
    legal_basis: str


UNDO_DAYS = Declared("core.undo.days", "可撤销期限", "天", Decimal(30), "内部口径，可调整")
