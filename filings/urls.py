from django.urls import include, path

from filings.views import checks, events, filings, groups, papers, progress

app_name = "filings"
urlpatterns = [
    path("", filings.FilingList.as_view(), name="list"),
    path("start/", filings.start, name="start"),
    path("progress/", progress.page, name="progress"),
    path("new/", filings.NewFiling.as_view(), name="new"),
    path("reviews/", filings.DueReviewList.as_view(), name="reviews"),
    path("begin/<slug:kind>/<int:pk>/", filings.FilingOf.as_view(), name="begin"),
    path("reconcile/", include("filings.urls_reconcile")),
    path("cases/<int:pk>/form/", papers.form, name="form"),
    path("cases/<int:pk>/form.pdf", papers.form, name="form_pdf"),
    path("cases/<int:pk>/certificate/", papers.certificate, name="certificate"),
    path("cases/<int:pk>/certificate.pdf", papers.certificate_pdf, name="certificate_pdf"),
    path("cases/<int:pk>/certificate.svg", papers.code_image, name="code"),
    path("events/", events.EventList.as_view(), name="events"),
    path("events/start/", events.start, name="event_start"),
    path("events/new/<int:pk>/", events.NewEvent.as_view(), name="event_new"),
    path("groups/", groups.GroupList.as_view(), name="groups"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("checks/", checks.CheckList.as_view(), name="checks"),
    path("checks/draw/", checks.DrawLots.as_view(), name="draw"),
    *filings.CASES,
    *checks.CASES,
    *events.CASES,
]
