"""Two gates: an initial password must be changed before anything else, and every denial leaves a trace."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse

from core import audit
from core.audit import names, watch
from core.choices import AuditKind
from core.web import errors

OPEN_WHILE_CHANGING = ("accounts:password", "accounts:logout")
OPEN_TO_ANYBODY = ("/static/", "/public/")


class PasswordChangeMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated and request.user.must_change_password:
            allowed = [reverse(name) for name in OPEN_WHILE_CHANGING]
            if request.path not in allowed and not request.path.startswith(OPEN_TO_ANYBODY):
                return redirect("accounts:password")
        return self.get_response(request)


class DenialMiddleware:
    """Records what a signed-in person was refused: 403 with the reason, 404 with the address; too much of it is 429.

    It stands outside of the forms, whose transaction a refusal rolls back.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with audit.serving(request):
            response = self.get_response(request)
        if response.status_code in (403, 404) and request.user.is_authenticated:
            reason, match = getattr(request, "denial", ""), request.resolver_match
            about = names.asked_for(request.path, match.kwargs) if match else {}
            audit.record(AuditKind.DENIED, request, status=response.status_code, reason=reason, **about)
            if limit := watch.denied(request):
                return errors.too_many(request, limit)
        elif limit := getattr(request, "limit", None):
            watch.alarm(request, *limit.alarm)
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, PermissionDenied):
            request.denial = str(exception)
        if isinstance(exception, watch.TooMany):
            if exception.alarm:
                request.limit = exception
            return errors.too_many(request, exception)
        return None
