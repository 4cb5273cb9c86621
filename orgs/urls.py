from django.urls import include, path

from orgs.views import duplicates, register

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
    path("<int:pk>/edit/", register.edit, name="edit"),
    path("<int:pk>/status/", register.change_status, name="status"),
    path("<int:pk>/promote/", register.promote, name="promote"),
    path("<int:pk>/activities/new/", register.add_activity, name="add_activity"),
    path("<int:pk>/activities/<int:activity>/delete/", register.delete_activity, name="delete_activity"),
]
