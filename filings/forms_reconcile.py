"""Forms of a reconciliation: the export, its columns, the reason of many decisions."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.files.guard import check_upload
from core.jobs.bulk import BulkForm
from filings.actions.reconcile.decide import reason_of
from filings.choices_reconcile import SourceKind
from filings.models import Source
from filings.queries import layouts, reconciliation

AGREE = "agree"


class ExportForm(forms.Form):
    """An export to compare. Size and form are checked at once, its content in the background."""

    source = forms.ChoiceField(label="市系统", widget=forms.RadioSelect)
    file = forms.FileField(
        label="导出表",
        help_text="从市系统导出的 xlsx 原样上传，不超过 50 MB；上面的标题行可以保留。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": "请选择导出表", "empty": "文件是空的（0 字节），请重新选择文件。"},
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.known = {str(source.pk): source for source in reconciliation.sources()}
        self.fields["source"].choices = [(pk, source.name) for pk, source in self.known.items()]
        self.initial.setdefault("source", next(iter(self.known), None))

    def clean_source(self) -> Source:
        return self.known[self.cleaned_data["source"]]

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            check_upload(file, settings.IMPORT_MAX_BYTES)
        except ValueError as refused:
            raise ValidationError(str(refused)) from refused
        return file


class ColumnsForm(forms.Form):
    """Which of their columns is which of our fields: offered as set before, else guessed by the words."""

    def __init__(self, *args, source: Source, headers: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        there = set(headers)
        kept = {field: header for field, header in source.columns.items() if header in there}
        guessed = layouts.guess(source.kind, [h for h in headers if h not in kept.values()])
        choices = [("", "没有这一栏"), *((h, h) for h in headers)]
        for column in layouts.COLUMNS[source.kind]:
            name = column.field
            known = guessed.get(name, "")
            left_out = source.columns and name not in source.columns and known in source.headers
            offered = kept.get(name) or ("" if left_out else known)
            self.fields[name] = forms.ChoiceField(
                label=column.header, choices=choices, required=column.required, initial=offered
            )
        self.fields["number"].help_text = "用它认定是同一个团队；没有这一栏时按名称和居委匹配。"
        self.source = source
        if source.columns:
            self.fields[AGREE] = forms.BooleanField(
                label="各街镇以后都按新的对应核对",
                required=False,
                help_text=f"现在的对应由{source.updated_by or '系统'}设置；有改动时请勾选",
            )

    def clean(self):
        data = super().clean()
        used: dict[str, str] = {}
        for name, header in list(data.items()):
            if name == AGREE:
                continue
            if header and header in used:
                self.add_error(
                    name, f"“{header}”已对应“{self.fields[used[header]].label}”，一栏只能对应一项。"
                )
            elif header:
                used[header] = name
        changed = {name: self.source.columns.get(name, "") for name in data if name != AGREE} != {
            name: header for name, header in data.items() if name != AGREE
        }
        if self.source.columns and changed and not data.get(AGREE):
            self.add_error(AGREE, "改动对所有街镇生效，请确认后勾选。")
        return data

    def columns(self) -> dict[str, str]:
        return {name: header for name, header in self.cleaned_data.items() if header and name != AGREE}


class DecisionForm(BulkForm):
    """The reason is known; more may be said."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        words = reason_of(Source(kind=SourceKind.FILING), timezone.localdate())
        self.fields["reason"].required = False
        self.fields[
            "reason"
        ].help_text = f"写入每条记录的变更记录；不填写时记为“{words}”，志愿服务网的记其名称"
