"""What was made of an upload goes with it: the marked copy, and the faults, which quote its cells."""

from django.core.files.storage import default_storage

from core.models import Job
from core.uploads import kept_for_a_while
from orgs.models import ImportFault
from orgs.queries.imports import KIND


def forget(job: Job) -> None:
    if marked := job.result.pop("marked", ""):
        default_storage.delete(marked)
    ImportFault.objects.filter(job=job).delete()


kept_for_a_while(KIND, forget)
