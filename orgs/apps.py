"""Says at start which numbers of the register are dated, which records can go back, which cases move."""

from importlib import import_module

from django.apps import AppConfig

from core.registry import declare, demo
from orgs import policy


class OrgsConfig(AppConfig):
    name = "orgs"
    verbose_name = "组织名册"

    def ready(self):
        declare("组织名册", policy.PARAMETERS, rehearse="orgs.queries.rehearsal.parameter")
        demo("orgs.demo.activities.plant_activities")
        import_module("orgs.queries.named")
        import_module("orgs.actions.undo")
        import_module("orgs.actions.imports.retention")
        import_module("orgs.actions.status")
