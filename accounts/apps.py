"""Says at start which numbers of the accounts are dated, and that roles change by a workflow."""

from importlib import import_module

from django.apps import AppConfig

from accounts import navigation, policy
from core.registry import declare, demo, pages


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员账号"

    def ready(self):
        declare("账号", policy.PARAMETERS)
        demo("accounts.demo.plant")
        import_module("accounts.actions.grants")
        import_module("accounts.actions.sign_ins")
        import_module("accounts.queries")
        pages({name: label for label, name, _, _ in navigation.ENTRIES})
        pages({
            "accounts:login": "登录", "accounts:logout": "退出", "accounts:password": "修改密码",
            "accounts:profile": "个人资料", "accounts:users": "人员账号",
        })  # fmt: skip
