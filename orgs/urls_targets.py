from django.urls import path
from django.views.generic import RedirectView

from orgs.views import targets

urlpatterns = [
    path("", targets.target_page, name="targets"),
    path("settings/", RedirectView.as_view(pattern_name="org_settings:target"), name="targets_settings"),
]
