from django.urls import path

from orgs.views import targets

urlpatterns = [
    path("", targets.target_page, name="targets"),
    path("settings/", targets.settings, name="targets_settings"),
]
