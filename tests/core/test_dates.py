"""Days of which only the month is known."""

import datetime

import pytest

from core.dates import PartDate, Precision, known, read
from core.forms.fields import PartDateField
from core.ledger import parsing
from core.ledger.parsing import Unfit
from core.words import shown

TODAY = datetime.date(2026, 11, 25)


@pytest.mark.parametrize(
    "raw", ["2021年3月", "2021.3", "2021-03", "2021/3", "２０２１年０３月", "二〇二一年三月", 2021.3]
)
def test_month_is_read_as_a_month(raw):
    day = parsing.part_date(lambda: TODAY)(raw)
    assert (day, known(day), shown(day)) == (datetime.date(2021, 3, 1), Precision.MONTH, "2021-03")


@pytest.mark.parametrize("raw", ["2021年3月1日", "2021-03-01", 44256.0, datetime.datetime(2021, 3, 1)])
def test_day_stays_a_day(raw):
    day = parsing.part_date(lambda: TODAY)(raw)
    assert (day, known(day), shown(day)) == (datetime.date(2021, 3, 1), Precision.DAY, "2021-03-01")


@pytest.mark.parametrize(
    "raw", ["2021年13月", "2021.0", 2021.1, 2021.0, "2021", "去年三月", "2026年12月", "1899.12"]
)
def test_what_is_no_month_is_a_fault(raw):
    with pytest.raises(Unfit) as fault:
        parsing.part_date(lambda: TODAY)(raw)
    assert fault.value.kind == "date"


def test_month_of_this_day_is_not_ahead_of_it():
    assert parsing.part_date(lambda: TODAY)("2026年11月") == datetime.date(2026, 11, 1)


def test_field_of_a_form_knows_both():
    field = PartDateField()
    month = field.clean("2021-03")
    assert known(month) == Precision.MONTH and known(field.clean("2021-03-01")) == Precision.DAY
    assert field.prepare_value(month) == "2021-03"
    assert not field.has_changed(month, "2021-03") and field.has_changed(month, "2021-03-01")
    assert PartDate.of(None, "month") is None and read("2021-03") == "2021-03" and read("2021-03-05").day == 5
