from django.urls import path

from filings.views import papers

app_name = "public"
urlpatterns = [
    path("", papers.public_verify, name="verify"),
    path("filings/<str:code>/", papers.public_certificate, name="certificate"),
]
