"""What the filings keep."""

from filings.models.certificates import Certificate
from filings.models.events import MajorEvent
from filings.models.filings import Filing

__all__ = ["Certificate", "Filing", "MajorEvent"]
