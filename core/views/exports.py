"""A list is asked for as a workbook."""

from django.shortcuts import redirect

from core import (
    exports,
    tasks,  # noqa: F401  tells core.jobs how an export is sent
)


def ask_for_export(view):
    """Queue it and lead to its progress."""
    exports.may(view)
    return redirect("jobs:detail", exports.submit(view, by=view.request.user).pk)
