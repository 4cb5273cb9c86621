from django.urls import include, path

app_name = "filings"
urlpatterns = [
    path("reconcile/", include("filings.urls_reconcile")),
]
