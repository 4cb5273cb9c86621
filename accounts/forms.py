from django import forms
from django.contrib.auth import forms as auth_forms

from accounts.models import User


class LoginForm(auth_forms.AuthenticationForm):
    error_messages = {
        "invalid_login": "账号或密码不对。请核对大小写；连续输错 5 次将锁定 15 分钟。",
        "inactive": "这个账号已停用，请联系系统管理员。",
    }


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["phone", "email"]


class UserForm(forms.ModelForm):
    """An account as the system administrator keeps it; role and area are granted by the security administrator."""

    class Meta:
        model = User
        fields = ["username", "name", "role", "district", "street", "community", "department", "is_active"]
