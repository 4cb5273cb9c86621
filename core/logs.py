"""What may stand in a log: that something happened, where and when. Nothing that people typed, nobody's data."""

import logging
from contextlib import contextmanager

from core.words import without_numbers

VALUES = ("DETAIL:", "CONTEXT:", "STATEMENT:", "QUERY:")  # PostgreSQL quotes rows and parameters behind these


@contextmanager
def without_refusals():
    """For whoever asks thousands of addresses on purpose: only errors of ours are logged meanwhile."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


class Plain(logging.Formatter):
    """Lines without the values that a database quotes, and without long numbers such as telephones and codes."""

    def format(self, record):
        lines = super().format(record).splitlines()
        return without_numbers("\n".join(line for line in lines if not line.lstrip().startswith(VALUES)))


class Refusals(logging.Filter):
    """A page that was refused or not found is no fault of the program: one line with its route, no traceback.

    The route (orgs/<int:pk>/) stands for the address, which may hold what somebody typed.
    """

    def filter(self, record):
        status, request = getattr(record, "status_code", 0), getattr(record, "request", None)
        if not status or request is None:
            return True
        match = getattr(request, "resolver_match", None)
        record.msg, record.args = "%s %s %s", (status, request.method, match.route if match else "?")
        if status < 500:
            record.exc_info = record.exc_text = None
        return True
