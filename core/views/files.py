"""A file of a record, through the record's own jurisdiction."""

from django.http import FileResponse, Http404
from django.views.decorators.http import require_GET

from core import audit
from core.attachments import INLINE, fetchable
from core.choices import AuditKind


@require_GET
def download(request, pk: int):
    """Images and PDF open in the browser, without any right to run or load something; all else is saved."""
    found = fetchable(request.user, pk)
    if found is None:
        raise Http404
    audit.record(AuditKind.READ, request, attachment=found.pk)
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=found.kind not in INLINE,
        filename=found.name,
        content_type=found.kind,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    )
    return response
