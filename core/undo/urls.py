from django.urls import path

from core.undo import views as acts

app_name = "acts"
urlpatterns = [
    path("", acts.act_list, name="list"),
    path("<uuid:context>/", acts.act_detail, name="detail"),
]
