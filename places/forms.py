from django import forms

from places.choices import ChangeKind
from places.models import Community, Street
from places.queries import code_taken, likely


class AdjustForm(forms.Form):
    """One adjustment of communities. New ones are typed one a line: code, blank, name."""

    kind = forms.ChoiceField(label="调整种类", choices=ChangeKind.choices)
    before = forms.ModelMultipleChoiceField(
        label="调整前的居委",
        queryset=Community.objects.none(),
        required=False,
        help_text="按住 Ctrl 可选多个；新设时不选",
    )
    street = forms.ModelChoiceField(label="调整后所属街镇", queryset=Street.objects.none())
    after = forms.CharField(
        label="调整后的居委",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一个：12 位代码 空格 名称，如“310105001030 华一第二居委会”；撤销时不填",
    )
    on = forms.DateField(label="生效日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    legal_basis = forms.CharField(label="依据", max_length=300, help_text="批文名称和文号")
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["before"].queryset = (
            Community.objects.visible_to(user).filter(closed_on__isnull=True).select_related("street")
        )
        self.fields["street"].queryset = Street.objects.visible_to(user)

    def clean_after(self):
        rows = []
        for number, line in enumerate(self.cleaned_data["after"].splitlines(), 1):
            if not line.strip():
                continue
            code, _, name = line.strip().partition(" ")
            if not (code.isdecimal() and len(code) == 12 and name.strip()):
                raise forms.ValidationError(f"第 {number} 行应为“12 位代码 空格 名称”。")
            if code_taken(code):
                raise forms.ValidationError(f"第 {number} 行的代码 {code} 已有居委使用。")
            rows.append({"code": code, "name": name.strip()})
        return rows


class AliasForm(forms.Form):
    """What a ledger calls a committee of the person's area, or, for the district, a street."""

    name = forms.CharField(
        label="台账里的写法", max_length=60, help_text="如“绿五小区”；按规则能认出的简称不必登记"
    )
    place = forms.ChoiceField(label="指的是")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        mine = Community.objects.visible_to(user).filter(closed_on__isnull=True).select_related("street")
        self.places = {f"c{c.pk}": (c.street, c) for c in mine}
        if user.area.kind in ("all", "district"):
            self.places |= {f"s{s.pk}": (s, None) for s in Street.objects.visible_to(user).distinct()}
        groups: dict[str, list] = {}
        words = (self.data.get("name") or self.initial.get("name") or "")[:60]
        for one in likely(user, words) if words else ():
            groups.setdefault("最接近的", []).append((f"c{one.pk}", f"{one.street} {one}"))
        for value, (street, community) in self.places.items():
            groups.setdefault(street.name if community else "街镇", []).append(
                (value, str(community or street))
            )
        self.fields["place"].choices = [("", "请选择"), *groups.items()]

    def clean_place(self):
        return self.places[self.cleaned_data["place"]]
