from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth import forms as auth_forms

from accounts import policy, queries
from accounts.choices import Role
from accounts.models import RoleChange, User
from core.casework.forms import CaseForm
from core.forms.fields import MaskedFields, phone

NO_ROLE = [("", "没有角色（收回现有权限）")]
REASON = "写入变更记录和审计记录"


class LoginForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。请核对大小写；连续输错 5 次将锁定 15 分钟。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }


class PasswordForm(auth_forms.PasswordChangeForm):
    """The old password is tried like at the sign-in: every wrong one counts, is recorded, and five lock the account."""

    error_messages = auth_forms.PasswordChangeForm.error_messages | {
        "password_incorrect": "原密码不对。请核对大小写；连续输错 5 次将锁定 15 分钟。"
    }

    def __init__(self, user, *args, request, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_old_password(self):
        typed = self.cleaned_data["old_password"]
        if authenticate(self.request, username=self.user.username, password=typed) != self.user:
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return typed


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["phone", "email"]
        help_texts = {"email": "每天早上的待办提醒发到这里"}

    def clean_phone(self):
        return phone(self.cleaned_data["phone"])


class ReasonForm(forms.Form):
    """Why something is done to an account."""

    reason = forms.CharField(label="原因", max_length=200, help_text=REASON)

    def __init__(self, *args, user, record, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.record = user, record


class SuccessorForm(ReasonForm):
    """successor: whoever takes over, a colleague in the same post."""

    successor = forms.ModelChoiceField(
        User.objects.none(), label="接手人", empty_label="请选择",
        help_text="同一角色、同一管辖范围的在用账号；没有人选的，先为接手人开户",
    )  # fmt: skip
    field_order = ["successor", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = queries.colleagues(self.record)
        self.fields["successor"].label_from_instance = lambda person: person.audit_name


class DisableForm(SuccessorForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["successor"].required = False
        self.fields["successor"].empty_label = "暂不移交"


class EditForm(MaskedFields, forms.ModelForm):
    """What of an account is neither role nor area."""

    class Meta:
        model = User
        fields = ["name", "department", "phone", "email"]

    def __init__(self, *args, user, record, **kwargs):
        super().__init__(*args, instance=record, **kwargs)
        self.mask()


class PlacedForm(forms.Form):
    """Mixin: the places of a role, as selects that work without script."""

    def offer_places(self) -> None:
        self.fields["role"].help_text = "每个角色能做什么，见“角色权限”"
        found = {
            "district": queries.districts(),
            "street": queries.streets(),
            "community": queries.communities(),
        }
        for name, rows in found.items():
            field = self.fields[name]
            field.queryset, field.empty_label, field.required = rows, "请选择", False
        self.fields["district"].help_text = "区级角色填写；不填为全市"
        self.fields["street"].help_text = "街镇经办填写"
        self.fields["community"].help_text = "居委会人员填写"
        self.fields["community"].label_from_instance = lambda place: f"{place.street.name} {place.name}"


class OpenForm(PlacedForm, forms.ModelForm):
    """A new account, with the role that is proposed for it."""

    role = forms.ChoiceField(label="拟授予角色", choices=[("", "请选择"), *Role.choices])
    reason = forms.CharField(label="开户原因", max_length=200, help_text=REASON)

    class Meta:
        model = User
        fields = [
            "username", "name", "department", "phone", "email", "role", "district", "street", "community",
        ]  # fmt: skip
        help_texts = {"username": "登录用，字母和数字，开户后不能改", "name": "真实姓名；重名的注明部门"}

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["name"].required = True
        self.offer_places()

    def clean_phone(self):
        return phone(self.cleaned_data["phone"])

    def clean_username(self):
        name = self.cleaned_data["username"].strip()
        if not name.isalnum():
            raise forms.ValidationError("账号只用字母、数字或汉字，不含空格和符号。")
        return name

    def clean(self):
        data = super().clean()
        wanted = RoleChange(role=data.get("role", ""), **{n: data.get(n) for n in ("street", "community")})
        if missing := policy.area_missing(wanted):
            self.add_error(missing, "这个角色必须指定管辖范围，请选择。")
        return data

    def _get_validation_exclusions(self):
        """The account begins without a role: what is checked of role and area is the proposal."""
        return super()._get_validation_exclusions() | {"role", "district", "street", "community"}


class RoleForm(PlacedForm, CaseForm):
    """A proposal: role and area as they are now, to be changed."""

    class Meta:
        model = RoleChange
        fields = ["role", "district", "street", "community", "department", "successor", "reason"]

    def arrange(self) -> None:
        self.offer_places()
        self.fields["successor"].queryset = queries.colleagues(self.instance.person)
        self.fields["successor"].label_from_instance = lambda person: person.audit_name
        self.fields["successor"].help_text = "调离现岗位时，没有办完的事项交给谁；同一岗位的在用账号"
        self.fields["successor"].empty_label = "没有需要移交的"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [*NO_ROLE, *Role.choices]
        self.fields["role"].required = False
