from django.urls import path

from filings.views import reconcile

urlpatterns = [
    path("", reconcile.RunList.as_view(), name="reconciliations"),
    path("new/", reconcile.Send.as_view(), name="reconcile"),
    path("sources/<int:pk>/", reconcile.columns, name="columns"),
    path("lines/", reconcile.LineList.as_view(), name="lines"),
    path("lines/<int:pk>/", reconcile.line, name="line"),
    path("differences/", reconcile.DifferenceList.as_view(), name="differences"),
    path("differences/<int:pk>/", reconcile.difference, name="difference"),
    path("<int:pk>/", reconcile.detail, name="reconciliation"),
    path("<int:pk>/retry/", reconcile.retry, name="reconcile_retry"),
    path("<int:pk>/cancel/", reconcile.cancel, name="reconcile_cancel"),
    path("<int:pk>/ours.xlsx", reconcile.ours, name="reconcile_ours"),
]
