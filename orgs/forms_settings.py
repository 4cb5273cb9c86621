"""Forms of the dated settings that belong to the register."""

from django import forms
from django.utils import timezone

from core.forms.fields import date_field
from core.settings.forms import EffectiveForm, not_past, tomorrow
from orgs import policy
from orgs.choices import Status, TermKind, Tier
from orgs.queries import targets, terms


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
    expires_on = date_field("依据有效期至", required=False, help_text="文件没有规定的，可以不填")

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
        counted = [f"counted_{tier}" for tier in Tier]
        self.order_fields(
            ["minimum", *counted, "counting_basis", "effective_from", "expires_on", "legal_basis"]
        )

    def clean_effective_from(self):
        day = super().clean_effective_from()
        if targets.policy_taken(day):
            raise forms.ValidationError(f"{day} 起的口径已经发布过，请另选一天；尚未生效的可以先撤回。")
        return day

    def clean(self):
        data = super().clean()
        data["counted"] = {str(t): data.pop(f"counted_{t}", []) for t in Tier}
        if not any(data["counted"].values()):
            raise forms.ValidationError("至少要计入一个层级的一种状态。")
        begins, ends = data.get("effective_from"), data.get("expires_on")
        if begins and ends and ends < begins:
            self.add_error("expires_on", "不能早于生效日期")
        return data


class TermForm(forms.Form):
    kind = forms.ChoiceField(label="字典", choices=TermKind.choices, widget=forms.RadioSelect)
    label = forms.CharField(label="名称", max_length=40)
    valid_from = date_field("启用日期", initial=tomorrow)
    legal_basis = forms.CharField(label="依据", max_length=300)

    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        not_past(day, "启用日期不能早于今天。")
        return day

    def clean(self):
        data = super().clean()
        if "kind" in data and "label" in data and terms.taken(data["kind"], data["label"]):
            self.add_error("label", "字典中已有这个名称，请换一个名称。")
        elif data.get("kind") == TermKind.FILING_NO and (
            fault := policy.number_pattern_fault(data.get("label", ""))
        ):
            self.add_error("label", fault)
        return data


class StopForm(forms.Form):
    valid_to = date_field("最后使用日", initial=timezone.localdate, help_text="从第二天起不能再选")
    legal_basis = forms.CharField(label="依据", max_length=300)

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        not_past(day, "最后使用日不能早于今天。")
        return day
