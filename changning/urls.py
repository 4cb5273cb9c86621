from django.urls import include, path

from core.views.gallery import gallery
from core.views.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("gallery/", gallery, name="gallery"),
    path("accounts/", include("accounts.urls")),
    path("places/", include("places.urls")),
    path("orgs/", include("orgs.urls")),
    path("filings/", include("filings.urls")),
    path("public/", include("filings.urls_public")),
    path("jobs/", include("core.urls")),
    path("drafts/", include("core.urls_drafts")),
    path("files/", include("core.urls_files")),
    path("notices/", include("core.urls_notices")),
    path("audit/", include("core.urls_audit")),
    path("settings/", include("core.urls_settings")),
    path("settings/", include("orgs.urls_settings")),
    path("views/", include("core.urls_saved")),
    path("acts/", include("core.urls_acts")),
    path("reports/", include("reports.urls")),
    path("", include("reports.urls_home")),
]
handler400 = "core.views.errors.bad_request"
handler404 = "core.views.errors.not_found"
handler403 = "core.views.errors.forbidden"
handler500 = "core.views.errors.broken"
