"""Working days: the State Council's notice of 2026, the bureau's corrections, and that adding and counting agree."""

import datetime

import pytest
from django.core.cache import cache
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from core.choices import DayKind
from core.models import Holiday
from core.settings import workdays
from core.settings.workdays import Workdays

PUBLISHED = Workdays()
D = datetime.date.fromisoformat
days = st.dates(D("2015-01-01"), D("2030-12-31"))
corrections = st.dictionaries(st.dates(D("2026-01-01"), D("2026-12-31")), st.booleans(), max_size=30)


def span(first: str, last: str) -> list[datetime.date]:
    return [D(first) + datetime.timedelta(days=n) for n in range((D(last) - D(first)).days + 1)]


# 国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）
NOTICE = [
    ("元旦", "2026-01-01", "2026-01-03", ["2026-01-04"]),
    ("春节", "2026-02-15", "2026-02-23", ["2026-02-14", "2026-02-28"]),
    ("清明节", "2026-04-04", "2026-04-06", []),
    ("劳动节", "2026-05-01", "2026-05-05", ["2026-05-09"]),
    ("端午节", "2026-06-19", "2026-06-21", []),
    ("中秋节", "2026-09-25", "2026-09-27", []),
    ("国庆节", "2026-10-01", "2026-10-07", ["2026-09-20", "2026-10-10"]),
]


@pytest.mark.parametrize(("name", "first", "last", "worked"), NOTICE, ids=[row[0] for row in NOTICE])
def test_the_year_2026_is_worked_as_the_state_council_says(name, first, last, worked):
    assert [d for d in span(first, last) if PUBLISHED.is_workday(d)] == []
    assert [d for d in worked if not PUBLISHED.is_workday(D(d))] == []


def test_2026_has_no_other_days_off_on_weekdays_and_no_other_worked_weekends():
    off = {d for _, first, last, _ in NOTICE for d in span(first, last)}
    worked = {D(d) for *_, days in NOTICE for d in days}
    wrong = [
        d
        for d in span("2026-01-01", "2026-12-31")
        if PUBLISHED.is_workday(d) != (d in worked or (d.weekday() < 5 and d not in off))
    ]
    assert wrong == []


def test_a_year_without_notice_has_its_statutory_days_and_says_so():
    assert (PUBLISHED.published(2026), PUBLISHED.published(2030)) == (True, False)
    assert not PUBLISHED.is_workday(D("2030-10-01"))
    assert not PUBLISHED.is_workday(D("2030-02-04")), "春节 2030 年正月初二，星期一"
    assert PUBLISHED.is_workday(D("2030-10-08"))


def test_a_worked_weekend_that_the_bureau_entered_makes_its_year_known():
    assert Workdays({D("2030-09-28"): True}).published(2030)
    assert not Workdays({D("2030-09-27"): False}).published(2030)


@given(days, st.integers(1, 60), corrections)
def test_so_many_days_later_lie_so_many_working_days_between(day, n, corrected):
    calendar = Workdays(corrected)
    later = calendar.add(day, n)
    assert calendar.is_workday(later)
    assert calendar.between(day, later) == n
    assert calendar.between(later, day) == -n


@given(days, st.integers(1, 60), corrections)
def test_so_many_days_earlier_is_the_way_back_from_a_working_day(day, n, corrected):
    calendar = Workdays(corrected)
    start = calendar.add(day, 0)
    earlier = calendar.add(start, -n)
    assert calendar.is_workday(earlier)
    assert calendar.add(earlier, n) == start


@given(days, days, days)
def test_counts_of_adjoining_spans_add_up(a, b, c):
    assert PUBLISHED.between(a, b) + PUBLISHED.between(b, c) == PUBLISHED.between(a, c)


@given(days)
def test_no_day_later_is_the_day_itself_or_the_next_one_worked(day):
    found = PUBLISHED.add(day, 0)
    assert found == (day if PUBLISHED.is_workday(day) else PUBLISHED.add(day, 1))


@pytest.mark.parametrize(
    ("day", "today", "expected"),
    [
        ("2026-10-10", "2026-09-30", ("warn", "还剩 3 个工作日")),  # 国庆 7 天假，10 日周六上班
        ("2026-10-13", "2026-09-30", ("info", "还剩 5 个工作日")),
        ("2026-10-09", "2026-10-09", ("warn", "今天到期")),
        ("2026-10-03", "2026-10-08", ("warn", "今天到期")),  # 期限落在假日，顺延到假后第一个工作日
        ("2026-10-03", "2026-10-04", ("warn", "还剩 1 个工作日")),
        ("2026-10-08", "2026-10-10", ("late", "超期 2 个工作日")),
        ("2026-10-16", "2026-10-17", ("late", "已超期")),  # 周五到期，周六看
        ("2026-10-16", "2026-10-19", ("late", "超期 1 个工作日")),
    ],
)
def test_a_deadline_in_words(day, today, expected):
    assert PUBLISHED.due(D(day), D(today)) == expected


@pytest.mark.django_db
def test_the_bureaus_correction_wins_and_is_read_from_the_cache(django_assert_num_queries):
    day = D("2026-12-31")
    assert workdays.is_workday(day)
    Holiday.objects.create(date=day, kind=DayKind.HOLIDAY, name="本市临时放假", legal_basis="市府办通知")
    assert workdays.is_workday(day), "within the minute the old reading"
    cache.delete(workdays.CACHE_KEY)
    with django_assert_num_queries(1):
        assert not workdays.is_workday(day)
        assert workdays.add(D("2026-12-30"), 1) == D("2027-01-04")
        assert workdays.between(D("2026-12-30"), D("2027-01-04")) == 1


@pytest.mark.django_db
def test_the_part_shows_a_deadline_and_nothing_for_none():
    part = engines["django"].get_template("core/parts/_due.html")
    html = part.render({"day": D("2026-10-08"), "today": D("2026-10-10")})
    assert '<span class="state state-late">超期 2 个工作日</span>' in html
    assert "2026-10-08</time>" in html
    assert part.render({"day": None, "today": D("2026-10-10")}).strip() == "—"


@pytest.mark.parametrize(
    "corrections", [{}, {D("2026-11-24"): False, D("2026-11-25"): False, D("2026-11-28"): True}]
)
def test_badge_condition_and_record_agree_on_every_day(corrections):
    calendar = workdays.Workdays(corrections)
    days = [D("2026-11-10") + n * workdays.DAY for n in range(30)]
    for today in days:
        for day in days:
            late = calendar.add(day, 0) < today
            assert calendar.is_late(day, today) == late == (day <= calendar.last_late(today))
            assert (calendar.due(day, today)[0] == "late") == late
    assert calendar.is_late(None, days[0]) is False
