"""What forms share: masked fields, days; and the forms of the dated settings."""

import datetime
from collections.abc import Mapping

from django import forms
from django.utils import timezone

from core import attachments, dates, parameters
from core.choices import DayKind, Purpose
from core.facts import FILES
from core.ledger import parsing
from core.ledger.guard import Refused
from core.policy import Check, Declared
from core.words import mask_phone, shown

EXPLAINED = "explained"  # the field in which who corrects a case says what they left as it was
LONGEST = 31  # days of one correction of the working calendar
YEARS_AHEAD = 5


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


def date_field(label: str, **more) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


def tomorrow() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=1)


def not_past(day: datetime.date | None, words: str) -> None:
    """Refuses what is past, and slips of the pen such as 2206."""
    today = timezone.localdate()
    if day and day < today:
        raise forms.ValidationError(words)
    if day and day.year > today.year + YEARS_AHEAD:
        raise forms.ValidationError(f"请核对年份：最多提前 {YEARS_AHEAD} 年设定。")


class EffectiveForm(forms.Form):
    """A value that holds from a day on; what is past is never judged again by it."""

    effective_from = date_field("生效日期", initial=tomorrow)
    legal_basis = forms.CharField(
        label="依据", max_length=300, help_text="文件名称和条款，或“内部口径，可调整”"
    )

    def clean_effective_from(self):
        day = self.cleaned_data["effective_from"]
        not_past(day, "生效日期不能早于今天：过去的结果按当时的规定保留。")
        return day


class ParameterForm(EffectiveForm):
    """A new value of one declared number."""

    field_order = ["value", "effective_from", "legal_basis"]

    def __init__(self, declared: Declared, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.declared = declared
        limits = {"min_value": declared.least, "max_value": declared.most}
        self.fields["value"] = (
            forms.DecimalField(max_digits=12, decimal_places=declared.places, **limits)
            if declared.places
            else forms.IntegerField(**limits)
        )
        self.fields["value"].label = f"新值（{declared.unit}）"
        self.order_fields(self.field_order)

    def clean_effective_from(self):
        day = super().clean_effective_from()
        if parameters.taken(self.declared, day):
            raise forms.ValidationError(f"{day} 起的值已经发布过，请另选一天；尚未生效的可以先撤回。")
        return day


class CorrectionForm(forms.Form):
    """Days on which the bureau corrects the published working calendar."""

    first = date_field("从")
    last = date_field("到", required=False, help_text="只有一天的，可以不填")
    kind = forms.ChoiceField(label="安排", choices=DayKind.choices, widget=forms.RadioSelect)
    name = forms.CharField(label="名称", max_length=40, help_text="例如：春节、国庆节调休")
    legal_basis = forms.CharField(
        label="依据", max_length=300, help_text="例如：国务院办公厅关于2027年部分节假日安排的通知"
    )

    def clean_first(self):
        day = self.cleaned_data["first"]
        not_past(day, "过去的日子不能更改：期限已按当时的日历计算。")
        return day

    def clean(self):
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "不能早于开始的一天")
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", f"一次最多 {LONGEST} 天")
        return data
