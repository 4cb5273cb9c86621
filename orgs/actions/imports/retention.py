"""What was made of an upload goes with it: the marked copy, and the faults and rows of the preview, which quote its cells."""

from core.models import Job
from orgs.models import ImportFault, ImportRow
from orgs.queries.imports import copies


def forget(job: Job) -> None:
    for copy in copies(job):
        copy.file.delete(save=False)
        copy.delete()
    ImportFault.objects.filter(job=job).delete()
    ImportRow.objects.filter(job=job).delete()
