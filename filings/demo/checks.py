"""Confirmations of groups, and spot checks in every state."""

import datetime

from django.core.exceptions import ValidationError

from accounts.models import User
from filings.actions.checks import FLOW, draw
from filings.actions.filing import FLOW as FILINGS
from filings.actions.groups import confirm
from filings.choices import FilingState
from filings.models import Filing, SpotCheck
from orgs.choices import Status, Tier
from orgs.models import Organization

PATHS = [["pass"], ["find"], ["find", "rectify"], ["find", "rectify", "close"], []]
SAID = {
    "pass": "资料齐全，与实际相符。", "find": "活动地点与备案表不一致，请核实后更正。", "rectify": "已与居委核实并更正。",
    "close": "已按要求整改。",
}  # fmt: skip


def plant(today: datetime.date) -> tuple[str, int]:
    """(what was made, how many); none where the demo accounts do not exist."""
    people = {
        u.username: u
        for u in User.objects.filter(username__in=["district", "street", "street1b", "committee"])
    }
    if len(people) < 4:
        return "备案抽查", 0
    groups = Organization.objects.filter(
        community=people["committee"].community_id, tier=Tier.GROUP, status=Status.NORMAL
    )
    confirm(
        list(groups.values_list("pk", flat=True)[:2]), by=people["committee"], note="已核对，仍在正常活动。"
    )
    waiting = Filing.objects.filter(
        state=FilingState.STREET, street=people["street"].street_id, kind="review"
    )
    for case in waiting.order_by("pk")[: len(PATHS)]:
        FILINGS.take(case, "approve_review", by=people["street1b"], note="年度复核通过。")
    made = 0
    while SpotCheck.objects.count() < len(PATHS) and made < 20:  # a small share draws one a street
        try:
            draw(
                first=today - datetime.timedelta(days=30), last=today, seed=2021 + made, by=people["district"]
            )
        except ValidationError:
            break
        made += 1
    for check, steps in zip(SpotCheck.objects.order_by("pk"), PATHS, strict=False):
        for verb in steps:
            by = people["street"] if verb == "rectify" else people["district"]
            FLOW.take(check, verb, by=by, note=SAID[verb])
    return "备案抽查", SpotCheck.objects.count()
