"""The form of a case: entered, kept as a draft, corrected where it was returned."""

from collections.abc import Mapping

from django import forms

from core.casework.steps import Check
from core.facts import FILES
from core.files import attachments
from core.files.guard import Refused
from core.forms.fields import MaskedFields, PartDates

EXPLAINED = "explained"  # the field in which who corrects a case says what they left as it was


class CaseForm(MaskedFields, PartDates, forms.ModelForm):
    """The form of a case. `case`: a new one, filled in as far as it is known, or the one that is corrected.

    Returned, only the marked fields are open, each with what is to be corrected. `Meta.widgets` may be left out: long
    texts and days get theirs here. `arrange()`: what one form adds, its choices above all. conditions: checks of the step that
    sends it → the field at which each is told, all of them at once; a draft may break them.
    """

    conditions: Mapping[Check, str] = {}

    def __init__(self, *args, user, case, **kwargs):
        super().__init__(*args, instance=case, **kwargs)
        self.user = user
        self.arrange()
        for name in [n for n in self.fields if case.returned and n not in case.returned]:
            del self.fields[name]
        for name, field in self.fields.items():
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "请选择"), *(c for c in field.choices if c[0])]
            elif isinstance(field, forms.DateField):
                field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            elif isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 3
            if words := case.returned.get(name):
                field.help_text = f"请补正：{words}"
        if FILES in case.returned:
            self.fields[FILES] = forms.FileField(
                label="附件",
                required=False,
                help_text=f"请补正：{case.returned[FILES]}（{attachments.ACCEPTED}）",
            )
        if case.returned:
            self.fields[EXPLAINED] = forms.CharField(
                label="补正说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                help_text="核实后不用改的栏目，在这里写明",
            )  # fmt: skip
        self.mask()
        self.month_only()

    @property
    def tail(self) -> list[forms.BoundField]:
        """What stands below the sections of a form that has some."""
        return [self[name] for name in (FILES, EXPLAINED) if name in self.fields]

    def clean_files(self):
        file = self.cleaned_data[FILES]
        try:
            if file:
                attachments.kind_of(file, file.name)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return file

    def _post_clean(self):
        super()._post_clean()
        if self.data.get("keep"):
            return
        for name in self.missing(self.instance):
            if name in self.fields and name not in self.errors:
                self.add_error(name, "请填写此栏。")
        for check, name in self.conditions.items():
            if name in self.fields and name not in self.errors and (words := check(self.instance, self.user)):
                self.add_error(name, words)

    def missing(self, case) -> list[str]:
        """Fields that what was filled in makes necessary."""
        return []

    def arrange(self) -> None:
        """Choices and needs of one kind of case; fields that it does not ask for go."""
