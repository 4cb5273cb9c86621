"""Forms of the dated settings."""

import datetime

from django import forms
from django.utils import timezone

from orgs import policy
from orgs.choices import Status, Tier

DATE = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


class EffectiveForm(forms.Form):
    """A value that holds from a day on; nights that are past are never judged again by it."""

    def clean_effective_from(self):
        day = self.cleaned_data["effective_from"]
        if day < timezone.localdate():
            raise forms.ValidationError("生效日期不能早于今天：过去的快照按当时的口径保留。")
        return day


class TargetPolicyForm(EffectiveForm):
    minimum = forms.DecimalField(
        label="每社区平均不少于（个）",
        min_value=0,
        max_digits=5,
        decimal_places=1,
        initial=policy.MINIMUM_FIRST,
    )
    counting_basis = forms.CharField(
        label="口径说明", widget=forms.Textarea(attrs={"rows": 3}), help_text="印在达标页面和领导报表上"
    )
    legal_basis = forms.CharField(label="依据", max_length=250)
    effective_from = forms.DateField(label="生效日期", widget=DATE, initial=tomorrow)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for tier in Tier:
            self.fields[f"counted_{tier}"] = forms.MultipleChoiceField(
                label=f"计入的{tier.label}",
                choices=[(str(s), Status(s).label) for s in policy.STATUSES[tier]],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[str(s) for s in policy.COUNTED_FIRST[tier]],
            )
        self.order_fields(
            ["minimum", *(f"counted_{t}" for t in Tier), "counting_basis", "legal_basis", "effective_from"]
        )

    def clean(self):
        data = super().clean()
        data["counted"] = {str(t): data.pop(f"counted_{t}", []) for t in Tier}
        if not any(data["counted"].values()):
            raise forms.ValidationError("至少要计入一个层级的一种状态。")
        return data


class DormancyForm(EffectiveForm):
    key = forms.ChoiceField(
        label="期限",
        choices=[(p.key, f"{p.name}（{p.unit}）") for pair in policy.DORMANCY_DAYS.values() for p in pair],
    )
    value = forms.IntegerField(label="天数", min_value=1, max_value=3650)
    legal_basis = forms.CharField(label="依据", max_length=250)
    effective_from = forms.DateField(label="生效日期", widget=DATE, initial=tomorrow)
