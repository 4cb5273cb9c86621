"""备案、重大活动、抽查和小组确认的规则，按事分页；数值和流程合在一起，供设置页、docs/rules/ 和测试使用。"""

from filings.policy import checks, events, filings, groups
from filings.policy.checks import *  # noqa: F403 - one room, split by noun
from filings.policy.events import *  # noqa: F403
from filings.policy.filings import *  # noqa: F403
from filings.policy.groups import *  # noqa: F403

PARAMETERS = [*filings.PARAMETERS, *events.PARAMETERS, *checks.PARAMETERS, *groups.PARAMETERS]
WORKFLOWS = [*filings.WORKFLOWS, *events.WORKFLOWS, *checks.WORKFLOWS]
