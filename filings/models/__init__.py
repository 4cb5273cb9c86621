"""What the filings keep."""

from filings.models.certificates import Certificate
from filings.models.events import MajorEvent
from filings.models.filings import Filing
from filings.models.reconciliation import Difference, Line, Link, Reconciliation, Source

__all__ = ["Certificate", "Difference", "Filing", "Line", "Link", "MajorEvent", "Reconciliation", "Source"]
