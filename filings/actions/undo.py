"""What of the filings goes back, and what follows an organisation when two records become one."""

from core import undo
from filings.models import Certificate, Filing, MajorEvent, SpotCheck, YearlyConfirmation

undo.register(Filing)
undo.register(Certificate)
undo.register(SpotCheck)
undo.register(MajorEvent)
undo.register(YearlyConfirmation)
