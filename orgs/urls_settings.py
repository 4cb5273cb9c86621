from django.urls import path

from orgs.views import settings

app_name = "org_settings"
urlpatterns = [
    path("terms/", settings.term_page, name="terms"),
    path("terms/<int:pk>/", settings.term_detail, name="term"),
    path("terms/<int:pk>/resume/", settings.resume_term, name="resume_term"),
    path("terms/<int:pk>/withdraw/", settings.withdraw_term, name="withdraw_term"),
    path("target/", settings.target_page, name="target"),
    path("target/<int:pk>/withdraw/", settings.withdraw_target, name="withdraw_target"),
]
