"""办理情况: how the work goes, place by place; each number opens its list."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.access import require
from core.registry import numbers_on
from filings.forms_progress import PeriodForm
from filings.queries.progress import progress
from filings.tables.progress import cells, tiles

numbers_on("filings:progress")


@require_GET
def page(request):
    """Streets for a district, the communities of one street for whoever works there or chose it."""
    user, today = request.user, timezone.localdate()
    require(user, "filings.view", "查看办理情况")
    form = PeriodForm(request.GET, user=user)
    period = form.cleaned_data if form.is_valid() else form.usual
    street = period["street"]
    *rows, total = progress(user, period["first"], period["last"], today, street)
    context = {
        "title": "办理情况", "form": form, "street": street, "period": period,
        "tiles": tiles(total), "rows": [(row.place, cells(row, user, street, period)) for row in rows],
        "total": cells(total, user, street, period),
    }  # fmt: skip
    return render(request, "filings/progress.html", context)
