"""What core keeps: work in the background, dated numbers, the working calendar, the trace of reading. Knows no app."""

from core.models.audit import AuditEvent
from core.models.holidays import Holiday
from core.models.jobs import Job, JobQuerySet
from core.models.parameters import Parameter

__all__ = ["AuditEvent", "Holiday", "Job", "JobQuerySet", "Parameter"]
