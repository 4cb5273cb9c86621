"""What the filings keep."""

from filings.models.certificates import Certificate, PaperShown
from filings.models.checks import Draw, SpotCheck
from filings.models.events import MajorEvent
from filings.models.filings import Filing
from filings.models.groups import YearlyConfirmation
from filings.models.reconciliation import Difference, Line, Link, Reconciliation, Source

__all__ = [
    "Certificate", "Difference", "Draw", "Filing", "Line", "Link", "MajorEvent", "PaperShown", "Reconciliation", "Source",
    "SpotCheck", "YearlyConfirmation",
]  # fmt: skip
