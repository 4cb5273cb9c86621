"""What a person sees instead of the page: what is wrong, what becomes of what was typed, what to do next."""

import logging
import sys
from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core import outages
from core.forms import drafts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outage:
    """Something outside of the product is away. words: a sentence why; remedy: what to do; wait: seconds until a try makes sense."""

    status: int
    title: str
    words: str
    remedy: str
    wait: int


DATABASE = Outage(503, "系统暂时不能使用", "数据库暂时没有应答。", "一般一两分钟内恢复，请稍等再试。", 30)
COLLISION = Outage(503, "请再提交一次", "刚才有人同时在办理同一批内容，这次没有保存。", "请再试一次。", 5)
NO_SPACE = Outage(
    507, "暂时不能保存", "服务器磁盘空间不足，目前只能查看，不能保存。", "请告知系统管理员清理磁盘，空间恢复后再试。", 300
)  # fmt: skip


def not_found(request, exception=None):
    return render(request, "core/error.html", {"code": 404}, status=404)


def bad_request(request, exception=None):
    return render(request, "core/error.html", {"code": 400}, status=400)


def forbidden(request, exception=None):
    return render(request, "core/error.html", {"code": 403, "reason": str(exception or "")}, status=403)


def not_allowed(request):
    return render(request, "core/error.html", {"code": 405}, status=405)


def forgery(request, reason=""):
    """A form without the token that its page gave it; Django's reason is for engineers and stands in the log."""
    said = "页面打开太久，或浏览器不接受 Cookie，内容没有提交。请返回上一页，刷新后再提交。"
    return render(request, "core/error.html", {"code": 403, "reason": said}, status=403)


def too_many(request, limit):
    """429 with the sentence of a `core.audit.watch.TooMany`, and when to try again."""
    template = "core/error.html" if request.user.is_authenticated else "core/error_public.html"
    response = render(request, template, {"code": 429, "reason": str(limit)}, status=429)
    response["Retry-After"] = str(limit.seconds)
    return response


def broken(request):
    """Called while the error is handled. Neither page may ask the database or the session for anything."""
    error = sys.exc_info()[1]
    if outages.disk_full(error):
        return unavailable(request, NO_SPACE)
    if outages.database_away(error):
        return unavailable(request, DATABASE)
    if outages.collision(error):
        return unavailable(request, COLLISION)
    return HttpResponse(render_to_string("core/broken.html"), status=500)


def unavailable(request, outage: Outage) -> HttpResponse:
    """The answer during an outage, with the form that was sent to be sent once more."""
    words = f"{outage.words}{outage.remedy}"
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(words, status=outage.status, content_type="text/plain; charset=utf-8")
    elif "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse(
            {"error": words}, status=outage.status, json_dumps_params={"ensure_ascii": False}
        )
    else:
        writing = request.method == "POST"
        fields, files = kept(request) if writing else (None, False)
        context = {
            "outage": outage,
            "writing": writing,
            "path": request.get_full_path(),
            "fields": fields,
            "files": files,
        }
        response = HttpResponse(render_to_string("core/outage.html", context), status=outage.status)
    response["Retry-After"] = str(outage.wait)
    response["Cache-Control"] = "no-store"
    return response


def kept(request) -> tuple[list[tuple[str, str]] | None, bool]:
    """([(name, value)] of the form that was sent, whether it held files). None when it holds a password or is too large.

    Its tokens are handed back as they came and no new ones made: a form that another site sent is refused as before.
    """
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        files = any(request.FILES)
    except Exception as error:  # the body cannot be read, perhaps for want of space
        log.warning("a form could not be read during an outage: %s", error)
        return None, False
    if any("password" in name for name, _ in fields) or sum(len(n) + len(v) for n, v in fields) > drafts.MOST:
        return None, files
    return fields, files
