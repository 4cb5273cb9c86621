from django.urls import path

from core.audit import views as audit

app_name = "audit"
urlpatterns = [
    path("", audit.EventList.as_view(), name="list"),
    path("<int:pk>/", audit.event, name="detail"),
    path("changes/", audit.ChangeList.as_view(), name="changes"),
    path("changes/<str:pk>/", audit.change, name="change"),
    path("verify/", audit.verification, name="verify"),
]
