"""Cells as staff type them: what is normalised, what is refused, and that nothing else can come out."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import phones, words
from core.ledger import parsing
from core.ledger.columns import header_key
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
    ("raw", "kept", "key"),
    [
        (13888118585.0, "13888118585", "+8613888118585"),
        ("138 8811 8585", "138 8811 8585", "+8613888118585"),
        ("+86-13888118585", "+86-13888118585", "+8613888118585"),
        ("0086 138 8811 8585", "0086 138 8811 8585", "+8613888118585"),
        ("１３８８８１１８５８５", "13888118585", "+8613888118585"),
        ("\u200b138\u202c88118585\ufeff", "13888118585", "+8613888118585"),
        ("021 62521234", "021 62521234", "+862162521234"),
        ("02162521234", "02162521234", "+862162521234"),
        ("021-6252-1234", "021-6252-1234", "+862162521234"),
        ("（021）62521234", "(021)62521234", "+862162521234"),
        ("+86 21 6252 1234", "+86 21 6252 1234", "+862162521234"),
        ("62521234", "62521234", "+862162521234"),
        (62521234.0, "62521234", "+862162521234"),
        ("62501234转801", "62501234转801", "+862162501234;801"),
        ("62501234－801", "62501234-801", "+862162501234;801"),
        ("021-62501234 转 801", "021-62501234 转 801", "+862162501234;801"),
        ("0571-88886666", "0571-88886666", "+8657188886666"),
        ("400-820-1234", "400-820-1234", "+864008201234"),
        ("13888118585/62501234", "13888118585、62501234", "+8613888118585、+862162501234"),
        ("13888118585 021 62501234", "13888118585、021 62501234", "+8613888118585、+862162501234"),
        ("13888118585\n62501234", "13888118585、62501234", "+8613888118585、+862162501234"),
        ("138****8585", "138****8585", "138****8585"),
        ("无", "", ""),
        ("暂无", "", ""),
    ],
)
def test_phone_is_kept_as_given_and_compared_in_one_form(raw, kept, key):
    assert parsing.phone(raw) == kept
    assert phones.key(kept) == key


def test_two_numbers_run_together_are_told():
    with pytest.raises(Unfit, match="两个电话号码连在一起"):
        parsing.phone("1388811858513988118585")
    with pytest.raises(Unfit, match="最多填写两个"):
        parsing.phone("13888118585、13988118585、62501234")
    with pytest.raises(Unfit, match="区号"):
        parsing.phone("6250123")


@pytest.mark.parametrize("raw", [123456789012345678.0, 1234567890123456.0, "2.0260001E+17", "1.23e18", -1e15])
def test_number_of_which_excel_lost_digits_is_refused_with_what_to_do(raw):
    for parse in (parsing.text(200), parsing.code(40), parsing.long_text):
        with pytest.raises(Unfit) as fault:
            parse(raw)
        assert fault.value.kind == "digits_lost" and "文本" in fault.value.allowed


def test_number_of_at_most_fifteen_digits_comes_out_as_its_digits():
    assert parsing.code(40)(310105001202400.0) == "310105001202400"
    assert parsing.text(40)(999999999999999.0) == "999999999999999"
    assert parsing.text(40)(0.1) == "0.1"


def test_character_that_only_the_sender_can_draw_is_told_with_its_number():
    for parse in (parsing.text(200), parsing.code(40), parsing.long_text):
        with pytest.raises(Unfit, match=r"U\+E863") as fault:
            parse("王\ue863")
        assert fault.value.kind == "private_character"


@pytest.mark.parametrize(
    "invisible",
    ["\u200b", "\ufeff", "\u202a", "\u2060", "\u00ad", "\u200d", "\ufe0f", "\U000e0100", "\u3164", "\x0b"],
)
def test_what_nobody_sees_goes_wherever_it_stands(invisible):
    typed = f"{invisible}华阳{invisible}合唱队{invisible}"
    assert parsing.text(20)(typed) == words.one_line(typed) == words.visible(typed) == "华阳合唱队"
    assert parsing.code(20)(f"31{invisible}01") == "3101"
    assert header_key(f"团队{invisible}名称") == header_key("团队名称")
    assert parsing.is_blank(f" {invisible} ")


def test_radicals_copied_from_a_pdf_are_the_characters_they_look_like():
    assert words.visible("⽼年⼈") == "老年人"
    assert words.visible("👨\u200d👩\u200d👧 ❤\ufe0f") == "👨\u200d👩\u200d👧 ❤\ufe0f"


@pytest.mark.parametrize(
    ("raw", "last"),
    [
        ("2019-10-11 至 2029-10-10", datetime.date(2029, 10, 10)),
        ("2019.10.11-2029.10.10", datetime.date(2029, 10, 10)),
        ("2019年10月11日—2029年10月10日", datetime.date(2029, 10, 10)),
        ("2029-10-10", datetime.date(2029, 10, 10)),
        ("长期", None),
        ("2019-10-11至长期", None),
    ],
)
def test_validity_ends_on_its_last_day(raw, last):
    assert parsing.until(raw) == last


def test_validity_that_ends_before_it_begins_is_a_fault():
    with pytest.raises(Unfit, match="早于起日"):
        parsing.until("2029-10-10至2019-10-11")


def test_amount_is_read_in_the_unit_of_the_cell_else_of_the_header():
    wan = parsing.amount(Decimal(10**9), unit_is_wan=True)
    yuan = parsing.amount(Decimal(10**9), unit_is_wan=True, in_yuan=True)
    assert [wan(raw) for raw in ("3万元整", "30,000元", "¥30000元", "人民币3万元")] == [Decimal(3)] * 4
    assert [yuan(raw) for raw in (30000.0, "30,000", "3万", "30000元整")] == [Decimal(3)] * 4
    with pytest.raises(Unfit):
        wan("10元")


def test_word_with_a_remark_in_brackets_or_another_spelling_is_the_word():
    forms = parsing.choice(lambda: {"社会服务机构": "agency", "民办非企业单位": "agency", "其他": "other"})
    assert [forms(raw) for raw in ("民办非企业单位（法人）", "其它", "其他 ")] == ["agency", "other", "other"]
    with pytest.raises(Unfit):
        forms("（法人）")


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
