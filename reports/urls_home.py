from django.urls import path

from reports.views.home import badges, home

urlpatterns = [path("", home, name="home"), path("badges/", badges, name="badges")]
