from django.urls import path

from core.jobs import views as jobs
from core.jobs import views_bulk as bulk

app_name = "jobs"
urlpatterns = [
    path("", jobs.job_list, name="list"),
    path("<int:pk>/", jobs.job_detail, name="detail"),
    path("<int:pk>/file/", jobs.download, name="file"),
    path("<int:pk>/retry/", jobs.retry, name="retry"),
    path("<int:pk>/cancel/", jobs.cancel, name="cancel"),
    path("<int:pk>/bulk/", bulk.bulk_detail, name="bulk"),
]
