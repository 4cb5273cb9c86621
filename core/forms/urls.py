from django.urls import path

from core.forms import views_drafts as drafts

app_name = "drafts"
urlpatterns = [
    path("", drafts.keep, name="keep"),
    path("<uuid:key>/discard/", drafts.discard, name="discard"),
    path("<uuid:key>/<slug:field>/picture/", drafts.picture, name="picture"),
]
