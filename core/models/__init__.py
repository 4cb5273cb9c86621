"""What core keeps for every app. Knows no app."""

from core.models.attachments import Attachment
from core.models.audit import AuditEvent, AuditHead
from core.models.cases import Case
from core.models.entered import Entered
from core.models.forms import Draft, KeptFile, Submission
from core.models.holidays import Holiday
from core.models.jobs import Job, JobQuerySet
from core.models.notices import Digest, Notice
from core.models.parameters import Parameter
from core.models.saved import SavedView, Subscription
from core.models.undone import Undone

__all__ = [
    "Attachment",
    "AuditEvent",
    "AuditHead",
    "Case",
    "Digest",
    "Draft",
    "Entered",
    "Holiday",
    "Job",
    "KeptFile",
    "JobQuerySet",
    "Notice",
    "Parameter",
    "SavedView",
    "Submission",
    "Subscription",
    "Undone",
]
