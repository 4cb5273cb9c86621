"""Says at start which records of the register can go back."""

from importlib import import_module

from django.apps import AppConfig


class OrgsConfig(AppConfig):
    name = "orgs"

    def ready(self):
        import_module("orgs.actions.undo")
