"""Nothing that the register holds is typed again (acceptance row 1)."""

import datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from filings.actions import filing as actions
from filings.choices import Kind
from filings.models import Filing
from filings.views.filings import NewFiling
from orgs.choices import Tier
from orgs.models import Activity

pytestmark = pytest.mark.django_db


def test_no_form_asks_what_the_register_holds(filed, make_org, cast, capsys):
    filed()
    make_org(tier=Tier.GROUP, community=cast.jia1, member_count=8)
    call_command("asked_twice")
    said = capsys.readouterr().out
    assert "重复填写：0 栏。" in said
    opened = {line.partition("：")[0]: line for line in said.splitlines()}
    assert {
        "AddActivity",
        "NewEvent",
        "FilingOf（change）",
        "FilingOf（review）",
        "FilingOf（promote）",
    } <= set(opened)
    assert "25 栏，其中已知 24 栏" in opened["FilingOf（change）"]  # all but the reason


def test_a_form_that_forgets_is_named(filed, cast, monkeypatch):
    filed()
    monkeypatch.setattr(NewFiling, "begin", lambda page: Filing(kind=page.kind, organization=page.record))
    with pytest.raises(CommandError, match="负责人（召集人）姓名（甲一春晓合唱队 已有）"):
        call_command("asked_twice")


def test_what_only_the_last_filing_held_counts_too(filed, cast, monkeypatch):
    filed()
    monkeypatch.setattr(actions, "last_filed", lambda organization: None)
    with pytest.raises(CommandError, match="负责人家庭地址"):
        call_command("asked_twice")


def test_without_records_nothing_is_proved(cast):
    with pytest.raises(CommandError, match="没有可以核对的数据"):
        call_command("asked_twice")


def test_the_yearly_review_begins_with_the_records_of_activities(filed, sign_in, cast):
    team, today = filed().organization, timezone.localdate()
    for day, people in ((1, 20), (2, 31)):
        Activity.objects.create(
            organization=team, name="排练", held_on=datetime.date(today.year, 1, day), attendance=people
        )
    Activity.objects.create(
        organization=team, name="排练", held_on=datetime.date(today.year - 1, 12, 31), attendance=9
    )
    page = sign_in(cast.committee).get(reverse("filings:begin", args=[Kind.REVIEW, team.pk])).content.decode()
    assert f"{today.year}年开展活动 2 次，51 人次。" in page
    assert "2 次，51 人次" in page and f"{team.get_absolute_url()}?tab=activities" in page
    review = actions.start_review(team, today.year, by=cast.committee, reason="无变化。")
    assert review.reason == f"{today.year}年开展活动 2 次，51 人次。无变化。"


def test_a_review_without_any_activity_is_pointed_out(filed, cast):
    team, today = filed().organization, timezone.localdate()
    review = actions.start_review(team, today.year, by=cast.committee, reason="无变化。")
    assert review.reason == "无变化。"
    assert f"{today.year}年没有这个团队的活动记录。" in actions.warnings(review, cast.street)
