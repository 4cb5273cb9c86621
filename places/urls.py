from django.urls import path

from places import views

app_name = "places"
urlpatterns = [
    path("", views.place_list, name="list"),
    path("adjust/", views.adjust, name="adjust"),
    path("communities.json", views.communities, name="communities"),
]
