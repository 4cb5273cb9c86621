from django.urls import include, path

from core.web.gallery import gallery
from core.web.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("gallery/", gallery, name="gallery"),
    path("accounts/", include("accounts.urls")),
    path("places/", include("places.urls")),
    path("orgs/", include("orgs.urls")),
    path("filings/", include("filings.urls")),
    path("public/", include("filings.urls_public")),
    path("jobs/", include("core.jobs.urls")),
    path("drafts/", include("core.forms.urls")),
    path("files/", include("core.files.urls")),
    path("notices/", include("core.notices.urls")),
    path("audit/", include("core.audit.urls")),
    path("settings/", include("core.settings.urls")),
    path("settings/", include("orgs.urls_settings")),
    path("views/", include("core.lists.urls")),
    path("acts/", include("core.undo.urls")),
    path("reports/", include("reports.urls")),
    path("", include("reports.urls_home")),
]
handler400 = "core.web.errors.bad_request"
handler404 = "core.web.errors.not_found"
handler403 = "core.web.errors.forbidden"
handler500 = "core.web.errors.broken"
