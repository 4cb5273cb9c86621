"""What stands in the logs: an error of ours with its traceback, a refusal in one line."""

import logging

from django.core.exceptions import PermissionDenied, SuspiciousOperation

REFUSALS = (PermissionDenied, SuspiciousOperation)


class RefusalFilter(logging.Filter):
    """Takes the traceback off what somebody was refused: where a page says no is no news, and who was refused is audited."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], REFUSALS):
            record.exc_info = record.exc_text = None
        return True
