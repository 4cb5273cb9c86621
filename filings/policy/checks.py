"""区级抽查：已办结的备案按比例随机抽取，发现问题的由街镇整改，区复核。

依据：长民规〔2021〕1号第四部分（一）2“区民政局指导”；抽查比例参照双随机抽查的做法，内部口径，可调整。
"""

from core.casework.steps import NEEDED, Step, Workflow
from filings.choices import CheckState
from filings.policy.filings import DISTRICT, RECTIFY_DAYS, STREET, working_days

CHECK_DAYS = working_days("filings.check_days", "抽查办理时限", 20)
AGAIN_DAYS = working_days("filings.check_again_days", "抽查整改复核时限", 5)
PARAMETERS = [CHECK_DAYS, AGAIN_DAYS]
CHECK_CLAUSE = "第四部分（一）2 区民政局指导"
PASS = "资料齐全，与实际相符。"  # noqa: S105 - an opinion

SPOT_CHECK = Workflow(
    key="filings.check",
    title="备案抽查",
    states=CheckState,
    start=CheckState.OPEN,
    tones={
        CheckState.OPEN: "info", CheckState.RECTIFYING: "warn", CheckState.RECTIFIED: "info", CheckState.PASSED: "ok",
        CheckState.CLOSED: "ok",
    },
    steps=(
        Step(
            "pass", "抽查合格", (CheckState.OPEN,), CheckState.PASSED, DISTRICT, CHECK_CLAUSE, note=NEEDED, phrase=PASS,
            others=True, decides=True,
        ),
        Step(
            "find", "发现问题，交街镇整改", (CheckState.OPEN,), CheckState.RECTIFYING, DISTRICT, CHECK_CLAUSE, note=NEEDED,
            days=RECTIFY_DAYS, others=True,
        ),
        Step(
            "rectify", "整改完成", (CheckState.RECTIFYING,), CheckState.RECTIFIED, STREET, CHECK_CLAUSE, note=NEEDED,
            days=AGAIN_DAYS,
        ),
        Step(
            "close", "复核通过", (CheckState.RECTIFIED,), CheckState.CLOSED, DISTRICT, CHECK_CLAUSE, note=NEEDED,
            phrase="已按要求整改。", others=True, decides=True,
        ),
        Step(
            "again", "继续整改", (CheckState.RECTIFIED,), CheckState.RECTIFYING, DISTRICT, CHECK_CLAUSE, note=NEEDED,
            days=RECTIFY_DAYS, others=True,
        ),
    ),
)  # fmt: skip
WORKFLOWS = [SPOT_CHECK]
