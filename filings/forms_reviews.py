"""What a yearly review of many teams asks for."""

from django import forms

from core.jobs.bulk import BulkForm


class ReviewForm(BulkForm):
    reason = forms.CharField(
        label="年度小结",
        max_length=200,
        initial="本年度正常开展活动，人员、地点无变化。",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写入每件年度复核，接在各团队的活动次数、人次之后；有变化的团队请单独办理",
    )
