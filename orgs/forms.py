"""Forms of the register, each with the full set of fields of its tier."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core import history
from core.casework.forms import CaseForm
from core.forms.fields import PartDates, phone
from core.numbers import whole
from core.settings.parameters import value
from core.words import mask_phone
from orgs import policy, policy_filed
from orgs.choices import Status, TermKind, Tier
from orgs.models import Organization, StatusChange
from orgs.queries import filed, register, terms
from places.models import Community, Street

COMMON = ["name", "category", "service_fields", "street", "community", "established_on"]
SECTIONS = {
    Tier.REGISTERED: [
        ("基本情况", COMMON),
        (
            "登记信息",
            [
                "credit_code", "credit_code_note", "legal_form", "registration_no", "registration_authority",
                "supervising_body", "certificate_expires_on", "registered_capital", "address", "business_scope",
            ],
        ),
        ("年检、评估和党建", ["annual_results", "grade", "grade_expires_on", "party_status", "staff_count"]),
        ("联系方式", ["leader_name", "contact_name", "contact_phone", "remark"]),
    ],
    Tier.TEAM: [
        ("基本情况", [*COMMON, "filing_no"]),
        (
            "活动",
            ["activity_content", "activity_place", "activity_time", "weekly_sessions", "member_count", "party_member_count"],
        ),
        ("负责人", ["leader_name", "leader_gender", "leader_age", "leader_political_status", "contact_phone"]),
        ("政治指导员（党建联络员）", ["liaison_assignment", "liaison_name", "party_branch"]),
        ("备案意见", ["committee_opinion", "committee_opinion_on", "street_opinion", "street_opinion_on", "remark"]),
    ],
    Tier.GROUP: [
        ("基本情况", COMMON),
        ("活动", ["member_count", "activity_place", "frequency", "activity_content"]),
        ("召集人", ["leader_name", "contact_phone", "remark"]),
    ],
}  # fmt: skip
LEADER_LABEL = {Tier.REGISTERED: "法定代表人", Tier.TEAM: "负责人", Tier.GROUP: "召集人"}
NEEDED = {
    Tier.REGISTERED: {"name", "category", "street", "credit_code", "legal_form", "leader_name"},
    Tier.TEAM: {"name", "category", "street", "community", "member_count", "leader_name", "activity_content"},
    Tier.GROUP: {"name", "category", "street", "community", "leader_name"},
}


class OrganizationForm(PartDates, forms.ModelForm):
    """Create or edit one organisation. `version` is the state that the person saw; `reason` goes into the history."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="修改原因", required=False, max_length=200, help_text="写入变更记录")

    class Meta:
        model = Organization
        fields = list(
            dict.fromkeys(name for parts in SECTIONS.values() for _, names in parts for name in names)
        )
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("remark", "business_scope")} | {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            for name in (
                "established_on",
                "certificate_expires_on",
                "grade_expires_on",
                "committee_opinion_on",
                "street_opinion_on",
            )
        }

    def __init__(self, *args, user, tier, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.tier = user, Tier(tier)
        self.instance.tier = self.tier
        if self.instance.pk is None:
            self.instance.status = policy.STATUSES[self.tier][0]
            del self.fields["reason"], self.fields["version"]
        else:
            self.initial["version"] = self.instance.version
        refused = policy.entry_refusal(self.tier, user) or ""
        self.filed = bool(self.instance.pk) and policy_filed.is_filed(self.tier)
        self.closed = refused or ("备案事项不能在这里修改。" if self.filed else "")
        names = {n for _, part in SECTIONS[self.tier] for n in part}
        if self.closed:
            names &= policy.OPEN_TO_COMMITTEE
        if self.filed and not refused and filed.place_gone(self.instance):
            names |= policy_filed.PLACE
        names |= {"version", "reason"}
        for name in [n for n in self.fields if n not in names]:
            del self.fields[name]
        if not refused:
            self._offer_choices()
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                field.empty_label = "请选择"
            elif isinstance(field, forms.TypedChoiceField):
                field.choices = [("", "请选择"), *(c for c in field.choices if c[0])]
        for name in NEEDED[self.tier] & set(self.fields):
            self.fields[name].required = True
        if "leader_name" in self.fields:
            self.fields["leader_name"].label = LEADER_LABEL[self.tier]
        self.stored_phone = self.instance.contact_phone
        if self.stored_phone:
            self.initial["contact_phone"] = mask_phone(self.stored_phone)
            self.fields["contact_phone"].help_text = "已遮蔽；不改就保持原样"
        self.month_only()

    def _offer_choices(self):
        if "category" in self.fields:
            self.fields["category"] = forms.ChoiceField(
                label="类别",
                choices=[("", "请选择"), *terms.choices(TermKind.CATEGORY, held=[self.instance.category])],
            )
            self.fields["service_fields"] = forms.MultipleChoiceField(
                label="服务领域",
                choices=terms.choices(TermKind.FIELD, held=self.instance.service_fields or []),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if "community" not in self.fields:
            return
        streets = Street.objects.visible_to(self.user).distinct().order_by("district", "order")
        self.fields["street"].queryset = streets
        communities = (
            Community.objects.visible_to(self.user).open_on(timezone.localdate()).select_related("street")
        )
        self.fields["community"].queryset = communities.order_by("street__order", "code")
        self.fields["community"].label_from_instance = lambda c: f"{c.street.name} {c.name}"
        if self.user.area.kind == "community" and self.instance.pk is None:
            own = communities.first()
            self.initial |= {"street": own.street_id, "community": own.pk}
        elif self.user.area.kind == "street" and self.instance.pk is None:
            self.initial |= {"street": self.user.area.pk}

    @property
    def sections(self):
        """(title, bound fields) in the order of the paper form, for the template."""
        found = [
            (title, [self[n] for n in names if n in self.fields]) for title, names in SECTIONS[self.tier]
        ]
        return [(title, fields) for title, fields in found if fields]

    def own_fields(self) -> list[str]:
        """The fields of the record that this form can change."""
        own = [name for name in self.fields if name in self._meta.fields]
        return own + [beside for name, beside in Organization.part_dates.items() if name in own]

    def take_version(self, version: int):
        """After a conflict was shown, the next save replaces the version that was shown."""
        self.data = self.data.copy()
        self.data["version"] = str(version)

    def clean_contact_phone(self):
        """The masked number means: as before."""
        typed = self.cleaned_data.get("contact_phone") or ""
        if "*" not in typed:
            return typed if typed == self.stored_phone else phone(typed)
        seen = history.at_version(self.instance, whole(self.data.get("version")) or 0)
        if seen and typed == mask_phone(seen.contact_phone):
            return seen.contact_phone  # somebody else changed it meanwhile
        if typed != mask_phone(self.stored_phone):
            raise ValidationError("被遮蔽的号码无法还原，请填写完整号码，或重新打开本页")
        return self.stored_phone

    def clean_credit_code(self):
        code = (self.cleaned_data.get("credit_code") or "").replace(" ", "").upper() or None
        return code

    def clean_filing_no(self):
        return (self.cleaned_data.get("filing_no") or "").strip() or None

    def clean(self):
        data = super().clean()
        self._check_place(data)
        self._check_code(data)
        if self.tier == Tier.TEAM and data.get("member_count") is not None:
            least = int(value(policy.TEAM_MIN_MEMBERS))
            if data["member_count"] < least:
                self.add_error("member_count", f"备案团队至少 {least} 人。人数不足的请登记为社区活动小组。")
        established = data.get("established_on")
        if established and established > timezone.localdate():
            self.add_error("established_on", "成立日期不能晚于今天。")
        return data

    def _check_place(self, data):
        street, community = data.get("street"), data.get("community")
        if street and community and community.street_id != street.pk:
            self.add_error("community", f"{community.name}属于{community.street.name}，请改居委或街镇。")

    def _check_code(self, data):
        code = data.get("credit_code")
        if not code or code == self.initial.get("credit_code"):
            return
        fault = policy.credit_code_fault(code)
        if fault and not (data.get("credit_code_note") and fault[0] == "credit_code_check_digit"):
            hint = "；确属特例的，请填写“信用代码特例说明”" if fault[0] == "credit_code_check_digit" else ""
            self.add_error("credit_code", f"{fault[1]}{hint}。")


def other_statuses(organization: Organization) -> list[tuple[str, str]]:
    """What an organisation of this tier can become, other than what it is."""
    offered = [s for s in policy.STATUSES[Tier(organization.tier)] if s != organization.status]
    return [(s, Status(s).label) for s in offered]


class StatusForm(forms.Form):
    status = forms.ChoiceField(label="新的状态")
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, record, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = other_statuses(record)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, record, user, **kwargs):
        super().__init__(*args, **kwargs)


class PromotionForm(forms.Form):
    """What the next tier asks for beyond what the record holds."""

    filing_no = forms.CharField(
        label="备案编号", required=False, max_length=30, help_text="留空由系统按格式编号"
    )
    credit_code = forms.CharField(label="统一社会信用代码", max_length=18)
    legal_form = forms.ChoiceField(
        label="社会组织类型", choices=Organization._meta.get_field("legal_form").choices
    )
    reason = forms.CharField(label="依据或说明", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, record, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.organization = record
        target = policy.PROMOTIONS[Tier(record.tier)][0]
        unwanted = ["credit_code", "legal_form"] if target == Tier.TEAM else ["filing_no"]
        for name in unwanted:
            del self.fields[name]

    def clean_filing_no(self):
        number = self.cleaned_data["filing_no"].strip()
        if number and register.taken(filing_no=number):
            raise ValidationError("名册中已有这个备案编号。")
        return number

    def clean_credit_code(self):
        code = self.cleaned_data["credit_code"].replace(" ", "").upper()
        fault = policy.credit_code_fault(code)
        if fault:
            raise ValidationError(f"{fault[1]}。")
        if register.taken(credit_code=code):
            raise ValidationError("名册中已有这个统一社会信用代码。")
        return code

    def clean(self):
        data = super().clean()
        if "filing_no" in self.fields:
            least, members = int(value(policy.TEAM_MIN_MEMBERS)), self.organization.member_count or 0
            if members < least:
                raise ValidationError(
                    f"现有成员 {members} 人，备案团队至少 {least} 人；请先在“修改”中更新人数。"
                )
        return data


class StatusChangeForm(CaseForm):
    """A request about one organisation."""

    class Meta:
        model = StatusChange
        fields = ["status", "effective_on", "reason", "property_note"]

    def arrange(self):
        offered = [("", "请选择"), *other_statuses(self.instance.organization)]
        self.fields["status"] = forms.ChoiceField(label="拟变更为", choices=offered)

    def clean_effective_on(self):
        day = self.cleaned_data["effective_on"]
        if day > timezone.localdate():
            raise ValidationError("变更日期不能晚于今天。")
        return day


class ImportForm(forms.Form):
    """A ledger to take in. Size and form of the file are checked at once, its content in the background."""

    ledger = forms.ChoiceField(label="台账种类")
    file = forms.FileField(
        label="工作簿",
        help_text="xlsx 格式，不超过 50 MB。标题行、填报单位行、合计行、制表人行都可以保留。",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
        error_messages={
            "required": "请选择要导入的工作簿",
            "empty": "文件是空的（0 字节），请重新选择文件。",
        },
    )

    def __init__(self, *args, ledgers, check, **kwargs):
        """ledgers: [(kind, name)]; check: raises `ValueError` with the reason when the uploaded file is refused."""
        super().__init__(*args, **kwargs)
        self.fields["ledger"].choices = ledgers
        self.check = check

    def clean_file(self):
        file = self.cleaned_data["file"]
        try:
            self.check(file)
        except ValueError as refused:
            raise ValidationError(str(refused)) from refused
        return file
