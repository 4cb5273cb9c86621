from django.urls import include, path

from filings.views import filings

app_name = "filings"
urlpatterns = [
    path("", filings.FilingList.as_view(), name="list"),
    path("start/", filings.start, name="start"),
    path("new/", filings.NewFiling.as_view(), name="new"),
    path("reviews/", filings.DueReviewList.as_view(), name="reviews"),
    path("begin/<slug:kind>/<int:pk>/", filings.FilingOf.as_view(), name="begin"),
    path("reconcile/", include("filings.urls_reconcile")),
    *filings.CASES,
]
