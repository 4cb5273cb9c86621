from django.urls import include, path

from orgs.views import activities, duplicates, register, reveal, steps

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
    path("<int:pk>/activities/new/", activities.AddActivity.as_view(), name="add_activity"),
    path("<int:pk>/activities/still/", activities.StillActive.as_view(), name="still_active"),
    path("<int:pk>/status/ask/", steps.AskStatusChange.as_view(), name="ask_status"),
    path("activities/", activities.ActivityList.as_view(), name="activities"),
    path("activities/new/", activities.NewActivity.as_view(), name="new_activity"),
    path("activities/<int:pk>/", activities.detail, name="activity"),
    path("activities/<int:pk>/edit/", activities.CorrectActivity.as_view(), name="edit_activity"),
    path("activities/<int:pk>/delete/", activities.DeleteActivity.as_view(), name="delete_activity"),
    path("status-changes/", steps.StatusChangeList.as_view(), name="status_changes"),
    *steps.CASES,
]
