"""Every sign-in, refused or not, leaves an event, whatever page or command it comes through."""

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from core import audit
from core.choices import AuditKind


def signed_in(sender, request, user, **kwargs):
    audit.record(AuditKind.SIGN_IN, request, user=user)


def signed_out(sender, request, user, **kwargs):
    if user:
        audit.record(AuditKind.SIGN_OUT, request, user=user)


def refused(sender, credentials, request=None, **kwargs):
    """A wrong password, at the sign-in or as the old one of a change; `locked` when the account was locked already."""
    locked = {"locked": True} if getattr(request, "axes_locked_out", False) else {}
    name = str(credentials.get("username", ""))[:150]
    audit.record(AuditKind.SIGN_IN_FAILED, request, user=None, username=name, **locked)


def locked_out(sender, request, username="", **kwargs):
    audit.record(AuditKind.LOCKED, request, username=str(username or "")[:150], reason="连续输错密码")


def listen() -> None:
    """Called once, at start."""
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(refused)
    user_locked_out.connect(locked_out)
