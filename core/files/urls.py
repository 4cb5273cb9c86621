from django.urls import path

from core.files import views as files

app_name = "files"
urlpatterns = [
    path("<int:pk>/", files.download, name="file"),
    path("<int:pk>/thumbnail/", files.thumbnail, name="thumbnail"),
]
