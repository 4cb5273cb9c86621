"""Says at start which numbers of the filings are dated, which cases move, and what the page of an organisation shows of them."""

from importlib import import_module

from django.apps import AppConfig

from core.registry import declare, demo


class FilingsConfig(AppConfig):
    name = "filings"
    verbose_name = "备案"

    def ready(self):
        policy = import_module("filings.policy")
        declare("备案", policy.PARAMETERS)
        demo("filings.demo.filings.plant")
        demo("filings.demo.events.plant")
        demo("filings.demo.checks.plant")
        demo("filings.demo.reconciliation.plant")
        demo("filings.demo.year.plant")
        import_module("filings.actions.filing")
        import_module("filings.actions.checks")
        import_module("filings.actions.undo")
        import_module("filings.queries.todo")
        import_module("filings.actions.reconcile.decide")
        import_module("filings.actions.reconcile.run")
        import_module("filings.actions.event")
        import_module("filings.queries.named")
        import_module("filings.queries.tabs")
