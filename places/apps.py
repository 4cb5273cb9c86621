"""Says at start which records of the map can go back."""

from importlib import import_module

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "places"
    verbose_name = "街镇居委"

    def ready(self):
        import_module("places.actions")
