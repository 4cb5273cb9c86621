from django.urls import include, path

from orgs.views import duplicates, register, reveal, steps

app_name = "orgs"
urlpatterns = [
    path("", register.OrganizationList.as_view(), name="list"),
    path("new/", register.create, name="create"),
    path("duplicates/", duplicates.DuplicateList.as_view(), name="duplicates"),
    path("duplicates/<int:pk>/", duplicates.compare, name="duplicate"),
    path("duplicates/<int:pk>/distinct/", duplicates.distinct, name="duplicate_distinct"),
    path("import/", include("orgs.urls_import")),
    path("targets/", include("orgs.urls_targets")),
    path("<int:pk>/", register.detail, name="detail"),
    path("<int:pk>/phone/", reveal.phone, name="phone"),
    path("<int:pk>/edit/", register.edit, name="edit"),
    path("<int:pk>/status/", steps.ChangeStatus.as_view(), name="status"),
    path("<int:pk>/promote/", steps.Promote.as_view(), name="promote"),
    path("<int:pk>/activities/new/", steps.AddActivity.as_view(), name="add_activity"),
    path("<int:pk>/status/ask/", steps.AskStatusChange.as_view(), name="ask_status"),
    path("activities/<int:pk>/delete/", steps.DeleteActivity.as_view(), name="delete_activity"),
    path("status-changes/", steps.StatusChangeList.as_view(), name="status_changes"),
    *steps.CASES,
]
