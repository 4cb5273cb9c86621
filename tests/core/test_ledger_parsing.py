"""Cells as staff type them: what is normalised, what is refused, and that nothing else can come out."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ledger import parsing
from core.ledger.parsing import Unfit

DAY = datetime.date(2019, 8, 5)
CELLS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789０１２年月日.-/ 万,二〇一十+-eE%=", max_size=20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@pytest.mark.parametrize(
    "raw",
    [
        DAY,
        datetime.datetime(2019, 8, 5, 13, 1),
        "2019-08-05",
        "2019/8/5",
        "2019.8.5",
        "2019年8月5日",
        " 2019 年 08 月 05 日 ",
        "２０１９－０８－０５",
        "20190805",
        20190805.0,
        43682.0,
        "2019-08-05 00:00:00",
        "二〇一九年八月五日",
    ],
)
def test_date_in_any_usual_spelling_is_read(raw):
    assert parsing.date()(raw) == DAY


@pytest.mark.parametrize(
    "raw",
    [
        "2019年13月1日",
        "2022-02-30",
        "二〇一九年",
        "去年",
        "19-8-5",
        "2019年8月",
        2019.0,
        True,
        "=TODAY()",
        "1899-12-31",
    ],
)
def test_date_that_is_none_is_a_fault(raw):
    with pytest.raises(Unfit) as fault:
        parsing.date()(raw)
    assert fault.value.kind == "date"


def test_date_after_today_is_a_fault_where_only_the_past_makes_sense():
    today = parsing.date(lambda: DAY)
    assert today(DAY) == DAY
    with pytest.raises(Unfit):
        today(DAY + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (12.0, 12),
        ("12", 12),
        (" １２ ", 12),
        ("1,200", 1200),
        ("1.2万", 12000),
        ("12人", 12),
        ("+3", 3),
        (0.0, 0),
    ],
)
def test_whole_number_with_harmless_mess_is_read(raw, number):
    assert parsing.whole()(raw) == number


@pytest.mark.parametrize(
    "raw", ["十万", -3.0, 1.5, "1e3", "abc", True, float("nan"), float("inf"), DAY, "1,2", "½"]
)
def test_what_is_no_whole_number_is_a_fault(raw):
    with pytest.raises(Unfit) as fault:
        parsing.whole()(raw)
    assert fault.value.kind == "number"


def test_amount_counted_in_wan_understands_the_unit_in_the_cell():
    amount = parsing.amount(Decimal(10**9), unit_is_wan=True)
    assert [amount(raw) for raw in (10.0, "10", "10万", "10万元", "３．５")] == [Decimal(10)] * 4 + [
        Decimal("3.50")
    ]


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        (13888118585.0, "13888118585"),
        ("138 8811 8585", "13888118585"),
        ("+86-13888118585", "13888118585"),
        ("１３８８８１１８５８５", "13888118585"),
        ("021-62501234", "021-62501234"),
        ("(021)62501234", "021-62501234"),
        ("62501234", "62501234"),
        ("62501234转801", "62501234-801"),
        ("13888118585/62501234", "13888118585、62501234"),
        ("138****8585", "138****8585"),
    ],
)
def test_phone_is_reduced_to_its_digits(raw, number):
    assert parsing.phone(raw) == number


@pytest.mark.parametrize("raw", ["1381234", "abc", "12345678901", 1381234.0, True, DAY, "-"])
def test_what_is_no_phone_is_a_fault(raw):
    with pytest.raises(Unfit) as fault:
        parsing.phone(raw)
    assert fault.value.kind == "phone"


def test_text_that_looks_like_a_formula_stays_text():
    assert parsing.text(200)('=HYPERLINK("http://x","点击")') == '=HYPERLINK("http://x","点击")'


def test_text_loses_control_characters_and_is_never_cut_in_silence():
    assert parsing.text(4)("甲\x00 \t乙") == "甲 乙"
    with pytest.raises(Unfit) as fault:
        parsing.text(4)("一二三四五")
    assert fault.value.kind == "too_long"


@given(CELLS)
def test_any_cell_gives_a_value_of_the_right_type_or_a_fault(raw):
    checks = [
        (parsing.date(), datetime.date),
        (parsing.whole(), int),
        (parsing.amount(Decimal(10**9)), Decimal),
        (parsing.phone, str),
        (parsing.text(500), str),
        (parsing.code(500), str),
        (parsing.flag, bool),
    ]
    for parse, kind in checks:
        try:
            value = parse(raw)
        except Unfit as fault:
            assert fault.kind and fault.reason
        else:
            assert isinstance(value, kind)
            assert not isinstance(value, str) or "\x00" not in value


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_every_day_is_read_in_every_spelling(day, form):
    assert parsing.date()(day.strftime(form)) == day
