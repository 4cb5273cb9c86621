"""A list is asked for as a workbook."""

from django.shortcuts import redirect

from core.jobs import exports


def ask_for_export(view):
    """Queue it and lead to its progress."""
    exports.may(view)
    return redirect("jobs:detail", exports.submit(view, by=view.request.user).pk)
