"""一件事的办理步骤如何声明：流程表的一行。只有声明，不接触数据库。"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.policy import Declared

# 核对：(这件事的记录, 办理人) → 一句中文说明为什么不能办；可以办时返回 None
Check = Callable[[Any, Any], str | None]

FREE, ASKED, NEEDED = "free", "asked", "needed"  # 意见：不必填、可填、必填


@dataclass(frozen=True)
class Step:
    """办理的一步，也就是流程表的一行。按钮、变灰的原因、提交时的拒绝、待办、时限、流程图和测试都读这一行。

    verb、label：代号与按钮文字；sources → target：从哪些状态到哪个状态；roles：由哪些角色办理；clause：依据；
    when：栏目 → 取值，只有这些取值的事有这一步，别的不出现；checks：核对，逐条给出原因；
    note：意见是否必填；phrase：意见的常用语，预先填好，可以改；asks、may_ask：办这一步时必须填写、可以填写的栏目；
    days：下一手的办理时限（工作日）；since：从记录的哪个日期起算，空为办理当天；
    others：是否必须由录入、提交以外的人办理（四眼）；own：是否只由填报的一方（与录入人同一角色的人）办理；freezes：此刻定格送审内容；
    returns：逐栏退回，时限暂停；decides：办结，记下办理人和时间；asked：是否列入待办；
    as_sent：以送审时的名册为准，送审以后名册里所依据的内容又有变化的不能办；
    opens：到了记录的哪个日期才列入待办，空为随时（能不能办由 checks 说明）。
    """

    verb: str
    label: str
    sources: tuple[str, ...]
    target: str
    roles: frozenset
    clause: str = ""
    when: Mapping[str, tuple] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    note: str = FREE
    phrase: str = ""
    asks: Sequence[str] = ()
    may_ask: Sequence[str] = ()
    days: Declared | None = None
    since: str = ""
    others: bool = False
    own: bool = False
    freezes: bool = False
    returns: bool = False
    decides: bool = False
    asked: bool = True
    as_sent: bool = False
    opens: str = ""

    def __str__(self):
        return self.verb

    def applies(self, case: Any) -> bool:
        """这件事有没有这一步。"""
        return all(getattr(case, name) in values for name, values in self.when.items())


@dataclass(frozen=True)
class Workflow:
    """一张流程表：`states` 为状态（TextChoices），`start` 为新建时的状态。送审以前的各状态可以修改内容。"""

    key: str
    title: str
    states: type
    start: str
    steps: Sequence[Step]
    tones: Mapping[str, str] = field(default_factory=dict)  # 状态 → 徽标（ok、warn、late、off、info）

    def step(self, verb: str) -> Step:
        """按代号取一步；没有这一步时 KeyError。"""
        return {s.verb: s for s in self.steps}[verb]

    def leaving(self, state: str, case: Any = None) -> list[Step]:
        """从一个状态出发可走的各步；给出具体的事时，只留这件事有的。"""
        found = [s for s in self.steps if state in s.sources]
        return [s for s in found if case is None or s.applies(case)]

    @property
    def open(self) -> tuple[str, ...]:
        """没有办结的状态：还有步骤可走。"""
        return tuple(dict.fromkeys(source for step in self.steps for source in step.sources))
