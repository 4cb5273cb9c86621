"""备案和重大活动报告的规则，按事分页；数值和流程合在一起，供设置页、docs/rules/ 和测试使用。"""

from filings.policy import events, filings
from filings.policy.events import *  # noqa: F403 - one room, split by noun
from filings.policy.filings import *  # noqa: F403

PARAMETERS = [*filings.PARAMETERS, *events.PARAMETERS]
WORKFLOWS = [*filings.WORKFLOWS, *events.WORKFLOWS]
