"""What core keeps: work in the background, dated numbers, the trace of reading, what was taken back. Knows no app."""

from core.models.audit import AuditEvent
from core.models.jobs import Job, JobQuerySet
from core.models.parameters import Parameter
from core.models.undone import Undone

__all__ = ["AuditEvent", "Job", "JobQuerySet", "Parameter", "Undone"]
