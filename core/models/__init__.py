"""What core keeps: work in the background, dated numbers, the trace of reading. Knows no app."""

from core.models.audit import AuditEvent, AuditHead
from core.models.jobs import Job, JobQuerySet
from core.models.parameters import Parameter

__all__ = ["AuditEvent", "AuditHead", "Job", "JobQuerySet", "Parameter"]
