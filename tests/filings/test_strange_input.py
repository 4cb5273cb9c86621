"""Years of no calendar, counts of no crowd, characters that nobody sees: refused with a sentence, or left out."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.jobs import exports
from filings.models import Filing, MajorEvent
from orgs.models import Activity, Organization
from orgs.views.activities import ActivityList
from orgs.views.register import OrganizationList
from reports.workbook import build
from tests.filings.conftest import WHOLE
from tests.filings.test_events import FORM

pytestmark = pytest.mark.django_db
HIDDEN = "甲\x08一\x1b[31m控\x0c制\ufffe\u202e队\u200b"


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
@pytest.mark.parametrize("more", [{}, {"keep": "1"}])
def test_an_event_of_no_calendar_is_not_kept_even_as_a_draft(make_org, cast, sign_in, year, more):
    days = {"starts_at": f"{year}-01-01T00:00", "ends_on": f"{year}-01-02"}
    answer = sign_in(cast.committee).post(
        reverse("filings:event_new", args=[make_org().pk]), FORM | days | more
    )
    assert answer.status_code == 200 and f"请核对年份：{int(year)}" in answer.content.decode()
    assert not MajorEvent.objects.exists()


def test_the_database_keeps_no_such_event_either(new_event_row):
    with pytest.raises(IntegrityError, match="event_days_of_this_age"), transaction.atomic():
        MajorEvent.objects.filter(pk=new_event_row.pk).update(ends_on=datetime.date(9999, 12, 31))


@pytest.fixture
def new_event_row(make_org, cast):
    return MajorEvent.objects.create(
        organization=make_org(), kind="outing", name="参观", starts_at=timezone.now(), ends_on=timezone.localdate(),
        attendance_from=50, budget_from=10000, entered_by=cast.committee, side="committee_member",
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"established_on": "0001-01-01"}, {"established_on": "1899-12-31"}, {"member_count": "2147483647"}],
)
def test_a_team_of_no_calendar_or_of_billions_is_asked_back(cast, sign_in, wrong):
    answer = sign_in(cast.committee).post("/filings/new/", WHOLE | wrong | {"party_member_count": "1"})
    assert answer.status_code == 200 and "请核对" in str(answer.context["form"].errors[next(iter(wrong))])
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"held_on": "0001-01-01"}, {"held_on": "1899-12-31"}, {"attendance": "2147483647"}]
)
def test_an_activity_too(make_org, cast, sign_in, wrong):
    url = reverse("orgs:add_activity", args=[make_org().pk])
    answer = sign_in(cast.committee).post(
        url, {"name": "排练", "held_on": "2026-01-01", "attendance": "12"} | wrong
    )
    assert answer.status_code == 200 and "请核对" in answer.content.decode()
    assert not Activity.objects.exists()


def test_what_nobody_sees_and_line_ends_do_not_get_into_a_name(cast, sign_in):
    data = {"name": HIDDEN, "activity_place": "甲\n路\r\n12\u2028弄\t3号", "reason": "第一行\r\n第二行\x07"}
    assert sign_in(cast.committee).post("/filings/new/", WHOLE | data).status_code == 302
    case = Filing.objects.get()
    assert (case.name, case.activity_place, case.reason) == (
        "甲一[31m控制队",
        "甲 路 12 弄 3号",
        "第一行\n第二行",
    )


def test_rows_that_are_there_already_stop_no_workbook_and_no_export(filed, cast, make_org, tmp_path):
    team = filed().organization
    Organization.objects.filter(pk=team.pk).update(name=HIDDEN, established_on=datetime.date(1, 1, 1))
    Activity.objects.create(organization=team, name=HIDDEN, held_on=datetime.date(1, 1, 1))
    build(night=timezone.localdate(), area=cast.officer.area, run_number=None, path=tmp_path / "leader.xlsx")
    for view in (OrganizationList, ActivityList):
        sheet = exports.write(view.seen_by(cast.officer, ""), tmp_path / "out.xlsx")
        assert sheet.rows.count() == 1


def test_a_certificate_prints_whatever_stands_in_it(filed, cast, sign_in):
    case = filed(name="甲/乙\\丙合唱队")
    Filing.objects.filter(pk=case.pk).update(activity_place="a" + 198 * "\n" + "b")
    answer = sign_in(cast.street).get(reverse("filings:certificate_pdf", args=[case.pk]))
    assert answer.status_code == 200
    assert "%E7%94%B2%EF%BC%8F%E4%B9%99%EF%BC%BC%E4%B8%99" in answer["Content-Disposition"]
