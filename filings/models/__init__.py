"""What the filings keep."""

from filings.models.reconciliation import Difference, Line, Link, Reconciliation, Source

__all__ = ["Difference", "Line", "Link", "Reconciliation", "Source"]
