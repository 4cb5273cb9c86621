"""The period and the place of a page of figures."""

from django import forms
from django.utils import timezone

from core.forms.fields import date_field
from places.models import Street


class PeriodForm(forms.Form):
    """From when to when, this year until today at first; the street only where there are several."""

    street = forms.ModelChoiceField(
        Street.objects.none(), label="街镇", required=False, empty_label="全部街镇"
    )
    first = date_field("办结日期从")
    last = date_field("到")

    def __init__(self, data, *, user):
        today = timezone.localdate()
        streets = Street.objects.visible_to(user).distinct().order_by("district__code", "order")
        own = streets[0] if len(streets) == 1 else None
        self.usual = {"street": own, "first": today.replace(month=1, day=1), "last": today}
        asked = {name: data.get(name) or value for name, value in self.usual.items() if name != "street"}
        super().__init__(asked | {"street": own.pk if own else data.get("street", "")})
        self.fields["street"].queryset = streets
        if own:
            self.fields["street"].widget = forms.HiddenInput()

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "不能早于开始的一天。")
        return data
