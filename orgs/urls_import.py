from django.urls import path

from orgs.views import imports

urlpatterns = [
    path("", imports.import_list, name="import_list"),
    path("template/<slug:kind>/", imports.import_template, name="import_template"),
    path("<int:pk>/", imports.import_detail, name="import_detail"),
    path("<int:pk>/marked/", imports.import_marked, name="import_marked"),
    path("<int:pk>/confirm/", imports.import_confirm, name="import_confirm"),
    path("<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("<int:pk>/mark/", imports.import_mark, name="import_mark"),
    path("<int:pk>/choose/", imports.import_choose, name="import_choose"),
    path("<int:pk>/recheck/", imports.import_recheck, name="import_recheck"),
]
