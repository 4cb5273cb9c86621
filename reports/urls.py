import datetime

from django.urls import path, register_converter

from reports.views import leadership, nightly


class DateConverter:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value):
        return datetime.date.fromisoformat(value)

    def to_url(self, value):
        return value.isoformat()


register_converter(DateConverter, "date")
app_name = "reports"
urlpatterns = [
    path("nightly/", nightly.nightly, name="nightly"),
    path("nightly/run/", nightly.run, name="nightly_run"),
    path("leadership/", leadership.leadership, name="leadership"),
    path("leadership/<date:date>/", leadership.download, name="leadership_file"),
]
