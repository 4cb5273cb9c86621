"""Numbers with dates: an app's policy declares them (`core.policy.Declared`), `value` reads them."""

import datetime
from decimal import Decimal

from django.utils import timezone

from core.models import Parameter
from core.policy import Declared


def value(declared: Declared, on: datetime.date | None = None) -> Decimal:
    """The value in force on a day: the newest row not later than that day, else the declared first value."""
    on = on or timezone.localdate()
    row = (
        Parameter.objects.filter(key=declared.key, effective_from__lte=on).order_by("-effective_from").first()
    )
    return row.value if row else declared.first
