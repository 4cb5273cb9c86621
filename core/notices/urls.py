from django.urls import path

from core.notices import views as notices

app_name = "notices"
urlpatterns = [
    path("", notices.notice_list, name="list"),
    path("<int:pk>/", notices.open_notice, name="open"),
    path("read/", notices.read_all, name="read_all"),
]
