from django.urls import path

from core.lists import views_saved as saved

app_name = "views"
urlpatterns = [
    path("", saved.saved_list, name="list"),
    path("<int:pk>/", saved.open_view, name="open"),
    path("<int:pk>/edit/", saved.edit, name="edit"),
]
