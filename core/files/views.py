"""A file of a record, through the record's own jurisdiction."""

from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_GET

from core import audit
from core.choices import AuditKind
from core.files import photos
from core.files.attachments import INLINE, fetchable


def seen(request, pk: int, kinds=None):
    """The file if this person may know of its record, else 404; that it was read is recorded."""
    found = fetchable(request.user, pk)
    if found is None or (kinds and found.kind not in kinds) or not found.file.storage.exists(found.file.name):
        raise Http404
    audit.record(AuditKind.READ, request, about=found.record, attachment=found.name)
    return found


@require_GET
def download(request, pk: int):
    """Images and PDF open in the browser, without any right to run or load something; all else is saved."""
    found = seen(request, pk)
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


@require_GET
def thumbnail(request, pk: int):
    """A photo, small: under the same rule as the photo itself."""
    found = seen(request, pk, photos.MOST_PIXELS)
    with found.file.open("rb") as file:
        response = HttpResponse(photos.thumbnail(file), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response
