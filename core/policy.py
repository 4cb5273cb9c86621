"""按日期设定的数值如何声明；数值本身是 `Parameter` 记录。"""

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
