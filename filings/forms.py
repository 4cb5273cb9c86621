"""The filing form, every field of the paper in its order; a kind shows its own sections."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.casework.forms import CaseForm
from filings import policy
from filings.choices import Kind
from filings.models import Filing
from orgs.choices import TermKind
from orgs.queries import terms
from places.models import Community

HELP = {
    Kind.CHANGE: "写明变更了什么、为什么",
    Kind.CORRECT: "写明哪里有差错、怎样发现的、以什么为准（例如备案表原件）。情况发生了变化的，请办“变更”",
    Kind.REVIEW: "本年度活动情况、存在的问题",
    Kind.CANCEL: "写明停止活动的原因",
    Kind.REGISTER: "写明拟登记的名称、类型和业务主管单位",
}


class FilingForm(CaseForm):
    """The filing as `actions.filing.begin` filled it in. A draft may be kept with gaps; `policy.form_is_whole` names them."""

    conditions = policy.TOLD_AT

    class Meta:
        model = Filing
        fields = [*policy.ALL_FIELDS]

    def arrange(self):
        filing, kind = self.instance, Kind(self.instance.kind)
        self.shown = policy.SECTIONS[kind]
        names = {name for _, part in self.shown for name in part} - {
            "street"
        }  # which follows from the community
        known = filing.organization_id and kind != Kind.CORRECT
        if known or self.user.area.kind == "community":
            names.discard("community")
        for name in [n for n in self.fields if n not in names]:
            del self.fields[name]
        self._offer_choices(self.user)
        needed = {"name"} if self.data.get("keep") else policy.NEEDED_BY_KIND.get(kind, policy.NEEDED_FIELDS)
        for name, field in self.fields.items():
            field.required = name in needed or name == "community"
        if "reason" in self.fields:
            self.fields["reason"].help_text = HELP.get(kind, "")

    def _offer_choices(self, user):
        if "category" in self.fields:
            offered = terms.choices(TermKind.CATEGORY, held=[self.instance.category])
            self.fields["category"] = forms.ChoiceField(label="类别", choices=[("", "请选择"), *offered])
        if "service_fields" in self.fields:
            offered = terms.choices(TermKind.FIELD, held=self.instance.service_fields or [])
            self.fields["service_fields"] = forms.MultipleChoiceField(
                label="服务领域", choices=offered, required=False, widget=forms.CheckboxSelectMultiple
            )
        if "community" in self.fields:
            open_now = (
                Community.objects.visible_to(user).open_on(timezone.localdate()).select_related("street")
            )
            self.fields["community"].queryset = open_now.order_by("street__order", "code")
            self.fields["community"].empty_label = "请选择"
            self.fields["community"].label_from_instance = lambda c: f"{c.street.name} {c.name}"

    @property
    def sections(self):
        """(title, bound fields) in the order of the paper form, for the template."""
        found = [(title, [self[n] for n in names if n in self.fields]) for title, names in self.shown]
        return [(title, fields) for title, fields in found if fields]

    def clean_name(self):
        name = self.cleaned_data["name"].strip()
        if len(name) < 3:
            raise ValidationError("请写群团的全称，例如“华一居民区合唱队”。")
        return name

    def clean_filing_no(self):
        return (self.cleaned_data["filing_no"] or "").strip()

    def clean_established_on(self):
        return self._not_ahead("established_on", "成立时间不能晚于今天。")

    def clean_effective_on(self):
        return self._not_ahead("effective_on", "停止活动日期不能晚于今天。")

    def _not_ahead(self, name: str, words: str):
        day = self.cleaned_data.get(name)
        if day and day > timezone.localdate():
            raise ValidationError(words)
        return day

    def clean(self):
        data = super().clean()
        filing = self.instance
        if filing.organization_id is None and (not filing.returned or "community" in self.fields):
            place = data.get("community") or self.user.community
            if place and "community" not in self.errors:
                filing.community = data["community"] = place
        members, party = data.get("member_count"), data.get("party_member_count")
        if members is not None and party is not None and party > members:
            self.add_error("party_member_count", "党员人数不能多于参加人数。")
        return data
