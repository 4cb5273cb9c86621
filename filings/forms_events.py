"""The report of a major event."""

from django import forms

from core.casework.forms import CaseForm
from core.forms.fields import date_field
from filings import policy
from filings.models import MajorEvent

MOMENT = "%Y-%m-%dT%H:%M"


class EventForm(CaseForm):
    """The report as `actions.event.begin` filled it in. A draft may be kept with gaps; `policy.event_is_whole` names them."""

    starts_at = forms.DateTimeField(
        label="开始时间", widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})
    )
    ends_on = date_field("结束日期", help_text="只有一天的，与开始同一天；结束后在期限内报告结果")

    class Meta:
        model = MajorEvent
        fields = [*policy.EVENT_FIELDS]

    def missing(self, case) -> list[str]:
        return policy.event_gaps(case)

    def arrange(self):
        event = self.instance
        large = f"{event.attendance_from} 人以上或经费 {event.budget_from:,.0f} 元以上的"
        self.fields["expected_attendance"].help_text = f"{large}报街镇知悉"
        self.fields[
            "safety_plan"
        ].help_text = f"{large}必填：路线、疏散、医疗、天气等；另有文件的，先存为草稿，在下一页添加附件再提交"
        self.fields["foreign_note"].help_text = "有境外人员、组织参加或资助的，写明国别、人数和单位"
        kind = self.data.get("kind") or event.kind
        needed = policy.EVENT_FIRST if self.data.get("keep") else policy.needed_for(kind)
        for name, field in self.fields.items():
            field.required = name in needed

    @property
    def sections(self):
        """(title, bound fields) for the template."""
        found = [
            (title, [self[n] for n in names if n in self.fields]) for title, names in policy.EVENT_SECTIONS
        ]
        return [(title, fields) for title, fields in found if fields]

    def clean(self):
        data = super().clean()
        starts = data.get("starts_at", self.instance.starts_at)
        ends = data.get("ends_on", self.instance.ends_on)
        if starts and ends and ends < starts.date():
            self.add_error("ends_on" if "ends_on" in self.fields else None, "结束日期不能早于开始时间。")
        return data
