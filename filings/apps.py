"""Says at start which numbers of the filings are dated and which cases move."""

from importlib import import_module

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "filings"
    verbose_name = "备案"

    def ready(self):
        import_module("filings.actions.reconcile.decide")
