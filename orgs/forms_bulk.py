"""What the register's bulk actions ask for."""

from django import forms
from django.core.exceptions import ValidationError

from core.jobs.bulk import BulkForm
from orgs.choices import Status, TermKind
from orgs.queries import terms


class TermsForm(BulkForm):
    category = forms.ChoiceField(label="类别", required=False)
    service_fields = forms.MultipleChoiceField(
        label="服务领域",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选后替换原来的服务领域；一个都不勾选则保持原样",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].choices = [("", "保持原样"), *terms.choices(TermKind.CATEGORY)]
        self.fields["service_fields"].choices = terms.choices(TermKind.FIELD)

    def clean(self):
        data = super().clean()
        if not self.errors and not data["category"] and not data["service_fields"]:
            raise ValidationError("请选择新的类别或服务领域，至少一项。")
        return data


class ManyStatusForm(BulkForm):
    status = forms.ChoiceField(label="新的状态", choices=[("", "请选择"), *Status.choices])
