from django import forms

from orgs.choices import Purpose


class RevealForm(forms.Form):
    """Why somebody needs a number that is masked everywhere."""

    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *Purpose.choices])
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="选“其他”时必填；用途和说明写入审计记录"
    )

    def clean(self):
        data = super().clean()
        if data.get("purpose") == Purpose.OTHER and not data.get("note"):
            self.add_error("note", "请写明用途")
        return data
