"""Entry of an activity, made for a telephone held in one hand: at most eight fields, most of them filled in already."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.forms.photo_field import PhotoField
from orgs import policy
from orgs.choices import TermKind, Tier
from orgs.models import Activity, Organization
from orgs.queries import activities, terms

NAMES = "names"  # id of the list of names to choose from


class PlacedSelect(forms.Select):
    """Each organisation brings its usual place, which a script puts into the field for it."""

    places: dict[int, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-place"] = self.places.get(value, "")
        return option


class ActivityForm(forms.ModelForm):
    """One activity of the organisation `record`. The photo stands where a telephone shows it without scrolling."""

    field_order = ["organization", "name", "photo"]

    photo = PhotoField(
        label="照片",
        required=False,
        help_text="JPG 或 PNG，不超过 20 MB。保存前去掉照片里的拍摄地点等信息。",
        error_messages={
            "required": "请拍一张现场照片，或从相册选一张。",
            "empty": "照片是空的（0 字节），请重新选择。",
        },
    )

    class Meta:
        model = Activity
        fields = ["name", "held_on", "place", "attendance", "field", "is_major"]
        widgets = {
            "name": forms.TextInput(attrs={"list": NAMES, "autocomplete": "off"}),
            "held_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "attendance": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }

    def __init__(self, *args, user, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        if record is not None:
            self.instance.organization = record
            self.initial.setdefault("place", record.activity_place)
        self.initial.setdefault("held_on", today)
        self.fields["place"].help_text = "不填就用组织登记的活动地点"
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()
        self.fields["field"] = forms.ChoiceField(
            label="活动领域", choices=[("", "请选择"), *terms.choices(TermKind.FIELD)], required=False
        )

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if day > timezone.localdate():
            raise ValidationError("活动日期不能晚于今天。")
        return day

    def clean(self):
        data = super().clean()
        organization = data.get("organization") or (
            self.instance.organization if self.instance.organization_id else None
        )
        if organization and activities.exists(
            organization, data.get("name", ""), data.get("held_on"), self.instance.pk
        ):
            raise ValidationError("这个组织同一天已有同名活动，不必重复登记。")
        return data


class CorrectActivityForm(ActivityForm):
    """The same of an activity that was entered."""

    def __init__(self, *args, user, record, **kwargs):
        super().__init__(*args, user=user, instance=record, **kwargs)
        held = terms.choices(TermKind.FIELD, held=[record.field])
        self.fields["field"].choices = [("", "请选择"), *held]
        self.fields["photo"].label = "加一张照片"


class QuickActivityForm(ActivityForm):
    """The same for whoever has few organisations: the organisation is one of the fields."""

    organization = forms.ModelChoiceField(
        label="组织", queryset=Organization.objects.none(), widget=PlacedSelect, empty_label="请选择"
    )

    def __init__(self, *args, user, offered, **kwargs):
        """offered: the organisations to choose from, the one that was active last first."""
        super().__init__(*args, user=user, **kwargs)
        field = self.fields["organization"]
        field.queryset = Organization.objects.visible_to(user)
        field.widget.places = {o.pk: o.activity_place for o in offered}
        tiers = [(tier.label, [(o.pk, o.name) for o in offered if o.tier == tier]) for tier in Tier]
        field.choices = [("", "请选择"), *(group for group in tiers if group[1])]


class StillActiveForm(ActivityForm):
    """What shows that an organisation is still active although it reported nothing: a photo and a line of evidence."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["field"], self.fields["is_major"]
        name = self.fields["name"]
        name.label = "依据"
        name.help_text = "一句话，例如：今天到场查看，12 人在排练"
        name.widget.attrs = {"maxlength": 150}
        self.fields["photo"].required = True
        self.order_fields(["name", "photo"])

    def clean_name(self):
        return f"{policy.STILL_ACTIVE}：{self.cleaned_data['name']}"
