from django.urls import path

from places import views

app_name = "places"
urlpatterns = [
    path("", views.place_list, name="list"),
    path("adjust/", views.adjust, name="adjust"),
    path("aliases/", views.alias_list, name="aliases"),
    path("aliases/<int:pk>/remove/", views.alias_remove, name="alias_remove"),
    path("communities.json", views.communities, name="communities"),
]
