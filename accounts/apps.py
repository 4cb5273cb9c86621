"""Says at start which numbers of the accounts are dated, and that roles change by a workflow."""

from importlib import import_module

from django.apps import AppConfig

from accounts import policy
from core.registry import declare


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员账号"

    def ready(self):
        declare("账号", policy.PARAMETERS)
        import_module("accounts.actions.grants")
        import_module("accounts.queries")
