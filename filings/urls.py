from django.urls import path

from filings.views import events, filings

app_name = "filings"
urlpatterns = [
    path("", filings.FilingList.as_view(), name="list"),
    path("start/", filings.start, name="start"),
    path("new/", filings.NewFiling.as_view(), name="new"),
    path("reviews/", filings.DueReviewList.as_view(), name="reviews"),
    path("begin/<slug:kind>/<int:pk>/", filings.FilingOf.as_view(), name="begin"),
    path("events/", events.EventList.as_view(), name="events"),
    path("events/start/", events.start, name="event_start"),
    path("events/new/<int:pk>/", events.NewEvent.as_view(), name="event_new"),
    *filings.CASES,
    *events.CASES,
]
