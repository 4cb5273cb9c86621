from django.urls import path

from core.views import jobs

app_name = "jobs"
urlpatterns = [
    path("", jobs.job_list, name="list"),
    path("<int:pk>/file/", jobs.download, name="file"),
]
