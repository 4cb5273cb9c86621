"""What every answer has in common: nobody keeps a personal page, a refusal says why, a full disk is told, a form is sent once."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.shortcuts import redirect

from core import outages
from core.forms import drafts
from core.models import Draft
from core.web import errors

READING = {"GET", "HEAD", "OPTIONS"}
KNOWN = READING | {"POST"}


class SpaceMiddleware:
    """Stands before everything that writes: on a full disk the product shows what it has and refuses the rest with a sentence."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in READING and outages.short_of_space():
            return errors.unavailable(request, errors.NO_SPACE)
        return self.get_response(request)


class PrivacyMiddleware:
    """What was made for somebody with a session is kept by no browser and no proxy, unless the view says otherwise.

    Stands before the sessions, so that it also sees the one that begins. Static files are answered further out.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        personal = settings.SESSION_COOKIE_NAME in {*request.COOKIES, *response.cookies}
        response.headers.setdefault("Cache-Control", "private, no-store" if personal else "no-cache")
        return response


class RefusalMiddleware:
    """A method that an address does not know is refused in words; Django's own answer is an empty page. Others than these four
    no address knows."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in KNOWN:
            refused = errors.not_allowed(request)
            refused.headers["Allow"] = ", ".join(sorted(KNOWN))
            return refused
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            told = errors.not_allowed(request)
            response.content, response["Content-Type"] = told.content, told["Content-Type"]
        return response


class FormMiddleware:
    """Stands after authentication and messages and after what records denials: a refused form rolls back what it wrote."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method == "GET" and "draft" in request.GET and request.user.is_authenticated:
            request.draft = asked_for(request)
        sent = [request.GET, request.POST] if request.method == "POST" else [request.GET]
        if "\x00" in request.path or any(
            "\x00" in v for data in sent for name, values in data.lists() for v in (name, *values)
        ):
            raise SuspiciousOperation("an address or a form holds a NUL character")
        key = drafts.read(request) if request.method == "POST" and drafts.FIELD in request.POST else None
        if key is None or key.path != request.path:
            return self.get_response(request)
        if not request.user.is_authenticated:
            if draft := drafts.keep_apart(key, request.POST):
                messages.warning(request, "登录已过期，填写的内容已保存。请重新登录，登录后继续填写。")
            return redirect(drafts.login_with(key, draft))
        if key.user != request.user.pk:
            return self.get_response(request)
        response, earlier = drafts.once(key, request.user, request.POST, lambda: self.get_response(request))
        if response is not None:
            return response
        if earlier.digest != drafts.digest(request.POST) and (draft := drafts.keep_apart(key, request.POST)):
            messages.warning(request, "这份表单已经提交过。您后来填写的内容没有丢失，请核对后再提交。")
            return redirect(f"{request.path}?draft={draft.key}")
        messages.info(request, "这份表单已经提交过，没有重复保存，这是第一次提交的结果。")
        return redirect(earlier.url or request.path)


def asked_for(request) -> Draft | None:
    """The person's own draft of this very page."""
    try:
        key = uuid.UUID(request.GET["draft"])
    except ValueError:
        return None
    return Draft.objects.filter(key=key, user=request.user, path=request.path).first()
