"""The working calendar of a year, and the bureau's corrections of it."""

import calendar
import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.choices import DayKind
from core.models import Holiday
from core.numbers import whole
from core.settings import workdays
from core.settings.forms import CorrectionForm
from core.settings.views import change, look, page, withdrawing

WEEK = "一二三四五六日"
FIRST_YEAR, YEARS_AHEAD = 2007, 5


def months(year: int, known: workdays.Workdays, corrected: dict[datetime.date, Holiday]) -> list[dict]:
    """The twelve months as weeks of days; what differs from an ordinary week carries a mark in words."""

    def cell(day: datetime.date, month: int) -> dict | None:
        if day.month != month:
            return None
        worked, weekend = known.is_workday(day), day.weekday() > 4
        mark = "班" if worked and weekend else "休" if not worked and not weekend else ""
        name = corrected[day].name if day in corrected else workdays.statutory(day.year).get(day, "")
        return {"day": day, "worked": worked, "mark": mark, "name": name, "corrected": day in corrected}

    return [
        {
            "month": month,
            "weeks": [
                [cell(day, month) for day in week]
                for week in calendar.Calendar().monthdatescalendar(year, month)
            ],
        }
        for month in range(1, 13)
    ]


def special(all_months: list[dict]) -> list[dict]:
    """The days that differ from an ordinary week, in order."""
    return [cell for m in all_months for week in m["weeks"] for cell in week if cell and cell["mark"]]


def year_asked(request) -> int:
    today = timezone.localdate()
    asked = whole(request.GET.get("year") or today.year)
    if asked is None or not FIRST_YEAR <= asked <= today.year + YEARS_AHEAD:
        raise Http404
    return asked


def holiday_page(request):
    look(request)
    year, today = year_asked(request), timezone.localdate()
    form = CorrectionForm(request.POST or None)
    if request.method == "POST":
        change(request)
        if form.is_valid():
            try:
                made = workdays.correct(**form.cleaned_data, by=request.user)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                words = DayKind(made[0].kind).label
                messages.success(request, f"已更正 {len(made)} 天为“{words}”，期限从现在起按新的日历计算。")
                return redirect(f"{reverse('settings:holidays')}?year={made[0].date.year}")
    corrections = Holiday.objects.filter(date__year=year).select_related("entered_by")
    known = workdays.read()
    shown = months(year, known, {row.date: row for row in corrections})
    unpublished = [y for y in {year, today.year + (today.month > 10)} if not known.published(y)]
    return page(
        request, "core/settings/holidays.html", "settings:holidays",
        title="节假日", year=year, months=shown, week=WEEK, special=special(shown), corrections=corrections,
        withdrawn=workdays.withdrawn(year),
        unpublished=sorted(unpublished), form=form, worked=sum(c["worked"] for c in cells(shown)),
        previous=year - 1 if year > FIRST_YEAR else None, next=year + 1 if year < today.year + YEARS_AHEAD else None,
    )  # fmt: skip


def cells(all_months: list[dict]):
    return (cell for m in all_months for week in m["weeks"] for cell in week if cell)


@require_POST
def withdraw_holiday(request, pk: int):
    change(request)
    row = get_object_or_404(Holiday, pk=pk)
    return withdrawing(
        request, row, workdays.withdraw, f"{reverse('settings:holidays')}?year={row.date.year}"
    )
