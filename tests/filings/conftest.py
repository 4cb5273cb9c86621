"""Filings to begin with: the whole form of a new team, and one that is filed."""

import datetime

import pytest

from filings.actions import filing as actions
from filings.actions.filing import FLOW
from filings.choices import Kind
from filings.models import Filing

WHOLE = {
    "name": "甲一春晓合唱队", "category": "culture", "service_fields": ["civility"], "established_on": "2020-03-01",
    "activity_place": "甲一居委活动室", "activity_content": "合唱排练、节日演出", "activity_time": "每周二、四上午",
    "weekly_sessions": "2", "member_count": "23", "party_member_count": "4", "leader_name": "李秀英",
    "leader_gender": "female", "leader_age": "63", "leader_political_status": "party", "leader_address": "甲路12弄3号401室",
    "leader_employer": "已退休", "contact_phone": "13812345678", "liaison_assignment": "assigned", "liaison_name": "王建国",
    "liaison_gender": "male", "liaison_age": "45", "liaison_post": "甲一居民区党总支委员", "party_branch": "甲一居民区党总支",
    "liaison_phone": "13987654321", "reason": "",
}  # fmt: skip


@pytest.fixture
def new_filing(cast):
    """An unsaved new filing with the whole form; new_filing(name=…)."""

    def make(**changed):
        values = {k: v for k, v in WHOLE.items() if v} | changed
        values["established_on"] = datetime.date(2020, 3, 1)
        return Filing(kind=Kind.NEW, street=cast.jia, community=cast.jia1, **values)

    return make


@pytest.fixture
def filed(new_filing, cast):
    """filed(name=…) → a filing that went the whole way."""

    def make(**changed):
        case = actions.enter(new_filing(**changed), by=cast.committee)
        case = FLOW.take(case, "review", by=cast.committee, note="情况属实，同意上报。")
        return FLOW.take(case, "approve", by=cast.street, note="符合条件，准予备案。")

    return make
