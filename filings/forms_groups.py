"""What confirming and drawing ask for."""

import datetime

from django import forms
from django.utils import timezone

from core.forms.fields import date_field
from core.jobs.bulk import BulkForm


class ConfirmForm(BulkForm):
    reason = forms.CharField(
        label="情况", max_length=200, initial="已核对，仍在正常活动。", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每个小组的年度确认",
    )  # fmt: skip


class DrawForm(forms.Form):
    """The period whose granted filings stand for the draw, and the seed that anybody can draw again with."""

    first = date_field("办结日期从")
    last = date_field("到", initial=timezone.localdate)
    seed = forms.IntegerField(
        label="随机种子",
        min_value=0,
        max_value=999_999_999,
        help_text="任意数字，例如当场报出的号码；同一种子抽出同样的结果",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first"].initial = timezone.localdate() - datetime.timedelta(days=90)

    def clean(self):
        data = super().clean()
        if data.get("first") and data.get("last") and data["last"] < data["first"]:
            self.add_error("last", "不能早于开始的一天。")
        return data
