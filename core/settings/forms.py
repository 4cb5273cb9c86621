"""The forms of what the bureau sets from a day on."""

import datetime

from django import forms
from django.utils import timezone

from core.choices import DayKind
from core.forms.fields import date_field
from core.policy import Declared
from core.settings import parameters

LONGEST = 31  # days of one correction of the working calendar
YEARS_AHEAD = 5


def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


def not_past(day: datetime.date | None, words: str) -> None:
    """Refuses what is past, and slips of the pen such as 2206."""
    today = timezone.localdate()
    if day and day < today:
        raise forms.ValidationError(words)
    if day and day.year > today.year + YEARS_AHEAD:
        raise forms.ValidationError(f"请核对年份：最多提前 {YEARS_AHEAD} 年设定。")


class EffectiveForm(forms.Form):
    """A value that holds from a day on; what is past is never judged again by it."""

    effective_from = date_field("生效日期", initial=tomorrow)
    legal_basis = forms.CharField(
        label="依据", max_length=300, help_text="文件名称和条款，或“内部口径，可调整”"
    )

    def clean_effective_from(self):
        day = self.cleaned_data["effective_from"]
        not_past(day, "生效日期不能早于今天：过去的结果按当时的规定保留。")
        return day


class ParameterForm(EffectiveForm):
    """A new value of one declared number."""

    field_order = ["value", "effective_from", "legal_basis"]

    def __init__(self, declared: Declared, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.declared = declared
        limits = {"min_value": declared.least, "max_value": declared.most}
        self.fields["value"] = (
            forms.DecimalField(max_digits=12, decimal_places=declared.places, **limits)
            if declared.places
            else forms.IntegerField(**limits)
        )
        self.fields["value"].label = f"新值（{declared.unit}）"
        self.order_fields(self.field_order)

    def clean_effective_from(self):
        day = super().clean_effective_from()
        if parameters.taken(self.declared, day):
            raise forms.ValidationError(f"{day} 起的值已经发布过，请另选一天；尚未生效的可以先撤回。")
        return day


class CorrectionForm(forms.Form):
    """Days on which the bureau corrects the published working calendar."""

    first = date_field("从")
    last = date_field("到", required=False, help_text="只有一天的，可以不填")
    kind = forms.ChoiceField(label="安排", choices=DayKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=40, help_text="例如：春节、国庆节调休")
    legal_basis = forms.CharField(
        label="依据", max_length=300, help_text="例如：国务院办公厅关于2027年部分节假日安排的通知"
    )

    def clean_first(self):
        day = self.cleaned_data["first"]
        not_past(day, "过去的日子不能更改：期限已按当时的日历计算。")
        return day

    def clean(self):
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "不能早于开始的一天")
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", f"一次最多 {LONGEST} 天")
        return data
