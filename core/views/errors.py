from django.shortcuts import render


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


def broken(request):
    return render(request, "core/broken.html", status=500)
