"""The settings page: who may look and change, dated values that are rehearsed before they are published, the calendar."""

import datetime
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import ProtectedError
from django.urls import reverse
from lxml import html

from core.choices import DayKind
from core.models import Holiday, Parameter
from core.policy import Declared
from core.registry import PARAMETERS
from core.settings import parameters, rehearsal, workdays
from orgs.policy import DORMANCY_DAYS, TEAM_MIN_MEMBERS, VERIFY_HOURS

pytestmark = pytest.mark.django_db
PAGES = ["/settings/", "/settings/holidays/", "/settings/terms/", "/settings/target/"]
URL = f"/settings/parameters/{TEAM_MIN_MEMBERS.key}/"


def ahead(days: int = 9) -> datetime.date:
    return datetime.date.today() + datetime.timedelta(days=days)


def typed(value="12", day=None, basis="长民〔2026〕9号") -> dict:
    return {"value": value, "effective_from": (day or ahead()).isoformat(), "legal_basis": basis}


def seal_on(response) -> str:
    [token] = html.fromstring(response.content).xpath("//input[@name='rehearsed']/@value")
    return token


def publish(client, url, data):
    """Both steps, as the page offers them."""
    return client.post(url, data | {"rehearsed": seal_on(client.post(url, data))})


@pytest.mark.parametrize(
    ("who", "sees", "edits"),
    [
        ("officer", True, True), ("leader", True, False), ("sysadmin", True, False), ("street", False, False),
        ("committee", False, False), ("department", False, False), ("assessor", False, False), ("secadmin", False, False),
        ("auditor", False, False),
    ],
)  # fmt: skip
def test_who_sees_the_settings_and_who_changes_them(who, sees, edits, cast, sign_in):
    client = sign_in(getattr(cast, who))
    for url in [*PAGES, URL]:
        response = client.get(url)
        assert response.status_code == (200 if sees else 403), url
        if sees:
            forms = html.fromstring(response.content).xpath("//main//form[@method='post']")
            assert bool(forms) == (edits and url != "/settings/"), url
    for url in [URL, *PAGES[1:]]:
        response = client.post(url, typed())
        assert response.status_code == (200 if edits else 403), url
    assert Parameter.objects.count() == 0


def test_the_page_shows_every_declared_number_with_unit_and_basis(cast, sign_in):
    page = sign_in(cast.leader).get("/settings/").content.decode()
    declared = [d for group in PARAMETERS.values() for d in group.declared]
    assert len(declared) >= 8
    assert [d.name for d in declared if d.name not in page or d.legal_basis not in page] == []


def test_the_keys_of_all_apps_differ():
    keys = [d.key for group in PARAMETERS.values() for d in group.declared]
    assert len(keys) == len(set(keys))


def test_a_new_value_is_rehearsed_first_and_then_published(cast, sign_in):
    client = sign_in(cast.officer)
    first = client.post(URL, typed())
    assert Parameter.objects.count() == 0
    assert "还没有发布" in first.content.decode()
    assert client.post(URL, typed() | {"rehearsed": seal_on(first)}).status_code == 302
    row = Parameter.objects.get()
    assert (row.value, row.effective_from, row.entered_by, row.legal_basis) == (
        Decimal(12), ahead(), cast.officer, "长民〔2026〕9号"
    )  # fmt: skip


def test_the_seal_belongs_to_the_values_and_the_person(cast, sign_in):
    client = sign_in(cast.officer)
    token = seal_on(client.post(URL, typed()))
    changed = client.post(URL, typed("13") | {"rehearsed": token})
    assert "内容在预演之后改动过" in changed.content.decode()
    assert "须先预演" in client.post(URL, typed() | {"rehearsed": "x"}).content.decode()
    other = f"/settings/parameters/{VERIFY_HOURS.key}/"
    assert "内容在预演之后改动过" in client.post(other, typed() | {"rehearsed": token}).content.decode()
    colleague = type(cast.officer).objects.create_user(
        "同事", "Demo-2026", role=cast.officer.role, district=cast.district, must_change_password=False
    )
    assert "改动过" in sign_in(colleague).post(URL, typed() | {"rehearsed": token}).content.decode()
    assert Parameter.objects.count() == 0


def test_an_old_rehearsal_is_made_anew(cast, sign_in, monkeypatch):
    client = sign_in(cast.officer)
    token = seal_on(client.post(URL, typed()))
    monkeypatch.setattr(rehearsal, "VALID", -1)
    assert "预演已过 30 分钟" in client.post(URL, typed() | {"rehearsed": token}).content.decode()
    assert Parameter.objects.count() == 0


def test_a_value_of_the_future_has_no_effect_today(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, URL, typed("15"))
    assert parameters.value(TEAM_MIN_MEMBERS) == 10
    assert parameters.value(TEAM_MIN_MEMBERS, ahead(8)) == 10
    assert parameters.value(TEAM_MIN_MEMBERS, ahead()) == 15
    assert f"将于 {ahead()} 改为 15 人" in client.get("/settings/").content.decode()
    assert f"将于 {ahead()} 生效" in client.get(URL).content.decode()


def test_a_value_from_today_on_holds_at_once(cast, sign_in):
    publish(sign_in(cast.officer), URL, typed("8", ahead(0)))
    assert parameters.value(TEAM_MIN_MEMBERS) == 8


def test_the_history_keeps_all_values_with_who_and_when(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, URL, typed("8", ahead(0), "第一次"))
    publish(client, URL, typed("15", ahead(9), "第二次"))
    page = html.fromstring(sign_in(cast.leader).get(URL).content)
    rows = [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//main//tbody/tr")]
    assert [(r[0], r[1], r[3]) for r in rows] == [
        (str(ahead(9)), "15 人", "第二次"), (str(ahead(0)), "8 人", "第一次"), ("自始", "10 人", TEAM_MIN_MEMBERS.legal_basis),
    ]  # fmt: skip
    assert [r[2] for r in rows] == [f"将于 {ahead(9)} 生效", "现行", "已被取代"]
    assert all(r[4].startswith("区民政，20") for r in rows[:2])


def test_a_value_may_be_withdrawn_until_its_day_and_leaves_a_trace(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, URL, typed("15"))
    row = Parameter.objects.get()
    withdraw = reverse("settings:withdraw_parameter", args=[row.pk])
    assert sign_in(cast.leader).post(withdraw).status_code == 403
    assert client.get(withdraw).status_code == 405
    page = client.post(withdraw, follow=True).content.decode()
    assert Parameter.objects.count() == 0
    assert "已撤回" in page
    assert "生效前撤回" in page
    assert "区民政 撤回" in page


def test_a_value_in_force_is_neither_withdrawn_nor_edited(cast, sign_in):
    row = parameters.publish(
        TEAM_MIN_MEMBERS, value=Decimal(8), effective_from=ahead(0), legal_basis="甲", by=cast.officer
    )
    withdraw = reverse("settings:withdraw_parameter", args=[row.pk])
    page = sign_in(cast.officer).post(withdraw, follow=True).content.decode()
    assert "已经生效，不能撤回" in page
    for forbidden in (row.delete, lambda: Parameter.objects.update(value=1)):
        with pytest.raises(ProgrammingError), transaction.atomic():
            forbidden()
    assert parameters.value(TEAM_MIN_MEMBERS) == 8


def test_who_published_cannot_be_deleted(cast):
    parameters.publish(TEAM_MIN_MEMBERS, value=8, effective_from=ahead(), legal_basis="甲", by=cast.officer)
    with pytest.raises(ProtectedError):
        cast.officer.delete()


@pytest.mark.parametrize(
    ("url", "change", "sentence"),
    [
        (URL, {"value": "0"}, "不能小于 1"),
        (URL, {"value": "1001"}, "不能大于 1000"),
        (URL, {"value": "12.5"}, "请填写整数"),
        (URL, {"value": "许多"}, "请填写整数"),
        (URL, {"value": ""}, "请填写"),
        (URL, {"legal_basis": ""}, "请填写"),
        (URL, {"effective_from": "2026年11月"}, "日期应写成 2026-11-02 这样"),
        (URL, {"effective_from": "2020-01-01"}, "生效日期不能早于今天"),
        (URL, {"effective_from": "2206-01-01"}, "请核对年份"),
    ],
)
def test_bad_input_is_told_in_a_sentence_and_not_rehearsed(url, change, sentence, cast, sign_in):
    response = sign_in(cast.officer).post(url, typed() | change)
    assert sentence in response.content.decode()
    assert "rehearsed" not in response.content.decode()


def test_a_second_value_of_the_same_day_is_refused(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, URL, typed("15"))
    page = client.post(URL, typed("16")).content.decode()
    assert "已经发布过" in page
    assert Parameter.objects.get().value == 15


def test_a_rehearsal_tells_of_a_later_value_that_is_published_already(cast, sign_in):
    client = sign_in(cast.officer)
    publish(client, URL, typed("15", ahead(20)))
    assert f"{ahead(20)} 起另有已发布、未生效的规定" in client.post(URL, typed("12")).content.decode()
    assert "起另有已发布" not in client.post(URL, typed("12", ahead(21))).content.decode()


def test_two_publications_at_the_same_moment_keep_the_first(cast, sign_in):
    client = sign_in(cast.officer)
    token = seal_on(client.post(URL, typed("15")))
    parameters.publish(TEAM_MIN_MEMBERS, value=16, effective_from=ahead(), legal_basis="甲", by=cast.officer)
    assert "已经发布过" in client.post(URL, typed("15") | {"rehearsed": token}).content.decode()
    assert Parameter.objects.get().value == 16


def test_decimals_are_taken_as_the_first_value_has_them(cast, sign_in):
    client = sign_in(cast.officer)
    url = f"/settings/parameters/{VERIFY_HOURS.key}/"
    assert "小数" in client.post(url, typed("0.25")).content.decode()
    publish(client, url, typed("1.5"))
    assert parameters.value(VERIFY_HOURS, ahead()) == Decimal("1.5")
    assert Declared("k", "n", "u", Decimal("0.123"), "b").places == 2


def test_an_unknown_parameter_is_not_there(cast, sign_in):
    assert sign_in(cast.officer).get("/settings/parameters/orgs.nothing/").status_code == 404


def test_the_list_reads_the_numbers_in_the_same_number_of_statements(
    cast, sign_in, django_assert_max_num_queries
):
    for n, declared in enumerate(d for pair in DORMANCY_DAYS.values() for d in pair):
        for day in range(3):
            parameters.publish(
                declared, value=100 + n, effective_from=ahead(day), legal_basis="甲", by=cast.officer
            )
    client = sign_in(cast.officer)
    with django_assert_max_num_queries(6):
        client.get("/settings/")


# ---- the working calendar


HOLIDAYS = "/settings/holidays/"
YEAR = datetime.date.today().year + 3  # never published so early
MONDAY = next(d for d in (datetime.date(YEAR, 11, n) for n in range(8, 15)) if d.weekday() == 0)


def day(n: int) -> str:
    """A day of the week of MONDAY, in November: no holiday is ever near."""
    return (MONDAY + datetime.timedelta(days=n)).isoformat()


def correction(**change) -> dict:
    return {
        "first": day(0), "last": day(6), "kind": "holiday", "name": "临时放假", "legal_basis": "市府办通知",
    } | change  # fmt: skip


def test_the_year_shows_what_differs_from_an_ordinary_week(cast, sign_in):
    response = sign_in(cast.leader).get(HOLIDAYS, {"year": 2026})
    special = {c["day"]: (c["mark"], c["name"]) for c in response.context["special"]}
    assert special[datetime.date(2026, 10, 10)][0] == "班"
    assert special[datetime.date(2026, 10, 1)] == ("休", "国庆节")
    assert datetime.date(2026, 10, 3) not in special
    assert response.context["worked"] == 248


@pytest.mark.parametrize("year", ["1999", "2999", "今年"])
def test_a_year_out_of_reach_is_not_there(year, cast, sign_in):
    assert sign_in(cast.leader).get(HOLIDAYS, {"year": year}).status_code == 404


def test_a_year_that_is_not_published_carries_a_warning_until_it_is_entered(
    cast, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(cast.officer)
    assert f"{YEAR} 年的放假和调休安排尚未收录" in client.get(HOLIDAYS, {"year": YEAR}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(HOLIDAYS, correction(first=day(6), last="", kind="workday", name="国庆节调休"))
    assert workdays.is_workday(MONDAY + datetime.timedelta(days=6))
    assert f"{YEAR} 年的放假" not in client.get(HOLIDAYS, {"year": YEAR}).content.decode()


def test_a_span_is_corrected_at_once_everywhere_and_only_where_it_differs(
    cast, sign_in, django_capture_on_commit_callbacks
):
    client = sign_in(cast.officer)
    assert workdays.is_workday(MONDAY)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(HOLIDAYS, correction())
    assert response.headers["Location"] == f"{HOLIDAYS}?year={YEAR}"
    assert not workdays.is_workday(MONDAY)
    rows = Holiday.objects.all()
    assert [str(row.date) for row in rows] == [day(n) for n in range(5)], "the weekend is off already"
    assert {(r.entered_by, r.kind) for r in rows} == {(cast.officer, DayKind.HOLIDAY)}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("settings:withdraw_holiday", args=[rows[0].pk]))
    assert workdays.is_workday(MONDAY)
    assert "已撤回" in client.get(HOLIDAYS, {"year": YEAR}).content.decode()
    labels = Holiday.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert"] * 5 + ["delete"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first": "2026-01-05", "last": ""}, "过去的日子不能更改"),
        ({"last": day(-1)}, "不能早于开始的一天"),
        ({"last": day(31)}, "一次最多 31 天"),
        ({"first": day(5)}, "日历上已经是这样安排的"),
        ({"kind": ""}, "请选择"),
        ({"name": ""}, "请填写"),
    ],
)
def test_a_senseless_correction_is_refused_in_a_sentence(change, sentence, cast, sign_in):
    assert sentence in sign_in(cast.officer).post(HOLIDAYS, correction(**change)).content.decode()
    assert Holiday.objects.count() == 0


def test_a_correction_that_has_come_stays(cast, sign_in):
    row = Holiday.objects.create(
        date=datetime.date.today(), kind=DayKind.HOLIDAY, name="临时", legal_basis="甲"
    )
    page = sign_in(cast.officer).post(reverse("settings:withdraw_holiday", args=[row.pk]), follow=True)
    assert "不能撤回" in page.content.decode()
    assert Holiday.objects.count() == 1
