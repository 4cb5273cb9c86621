"""What forms share: masked fields, dates of which perhaps only the month is known, days."""

import datetime

from django import forms

from core import dates
from core.choices import Purpose
from core.ledger import parsing
from core.words import mask_phone, shown


def phone(typed: str) -> str:
    """A telephone number as it is stored. ValidationError when it is none."""
    try:
        return parsing.phone(typed) if typed else ""
    except parsing.Unfit as fault:
        raise forms.ValidationError(f"{fault.reason}：应为{fault.allowed}。") from fault


class MaskedFields:
    """Mixin of a ModelForm: what the model names in `personal` is shown masked, and stays as it is unless it is typed anew.

    `mask()` is called at the end of `__init__`.
    """

    def mask(self) -> None:
        self.personal = getattr(self.instance, "personal", frozenset())
        for name in self.personal & set(self.fields):
            if stored := getattr(self.instance, name):
                self.initial[name] = mask_phone(stored)
                self.fields[name].help_text = self.fields[name].help_text or "已遮蔽；不改就保持原样"
        self.stored = {name: getattr(self.instance, name) for name in self.personal}

    def clean(self):
        data = super().clean()
        for name in self.personal & set(data):
            if "*" not in (typed := data[name] or ""):
                if name.endswith("phone") and typed != (self.stored[name] or ""):
                    self._check_phone(data, name)
                continue
            if typed != mask_phone(self.stored[name]):
                self.add_error(name, "被遮蔽的内容无法还原，请填写完整，或重新打开本页。")
            data[name] = self.stored[name]
        return data

    def _check_phone(self, data: dict, name: str) -> None:
        try:
            data[name] = phone(data[name])
        except forms.ValidationError as error:
            self.add_error(name, error)


class PurposeForm(forms.Form):
    """Why somebody needs what is masked everywhere."""

    purpose = forms.ChoiceField(label="用途", choices=[("", "请选择"), *Purpose.choices])
    note = forms.CharField(
        label="说明", required=False, max_length=200, help_text="选“其他”时必填；用途和说明写入审计记录"
    )

    def clean(self):
        data = super().clean()
        if data.get("purpose") == Purpose.OTHER and not data.get("note"):
            self.add_error("note", "请写明用途")
        return data

    def told(self) -> dict:
        """What the audit keeps of it."""
        return {
            "purpose": str(Purpose(self.cleaned_data["purpose"]).label),
            "note": self.cleaned_data["note"],
        }


class PartDateField(forms.DateField):
    """A date, or a month where no more is known: 2021-03-05, 2021-03."""

    widget = forms.TextInput

    def prepare_value(self, value):
        return shown(value) if isinstance(value, datetime.date) else value

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, datetime.date):
            return super().to_python(value)
        try:
            return parsing.part_date()(str(value))
        except parsing.Unfit as fault:
            raise forms.ValidationError("请填写日期，如 2021-03-05；只知道月份的填 2021-03。") from fault

    def has_changed(self, initial, data):
        try:
            new = self.to_python(data)
        except forms.ValidationError:
            return True
        return (new, dates.known(new)) != (initial, dates.known(initial))


class PartDates:
    """Mixin of a ModelForm: a date that the record knows by its month only is shown and kept as that."""

    def month_only(self) -> None:
        """Called at the end of `__init__`."""
        for name in getattr(self.instance, "part_dates", {}):
            day = dates.of_record(self.instance, name)
            if name in self.fields and isinstance(day, dates.PartDate):
                old = self.fields[name]
                self.fields[name] = PartDateField(
                    label=old.label, required=old.required, help_text="名册只记到月份；知道日期的可以补全"
                )
                self.initial[name] = day

    def _post_clean(self):
        super()._post_clean()
        for name, beside in getattr(self.instance, "part_dates", {}).items():
            if name in self.cleaned_data:
                setattr(self.instance, beside, dates.known(self.cleaned_data[name]))


def date_field(label: str, **more) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )
