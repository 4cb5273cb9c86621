from django.shortcuts import render


def not_found(request, exception=None):
    return render(request, "core/error.html", {"code": 404}, status=404)


def bad_request(request, exception=None):
    return render(request, "core/error.html", {"code": 400}, status=400)


def forbidden(request, exception=None):
    return render(request, "core/error.html", {"code": 403, "reason": str(exception or "")}, status=403)


def too_many(request, limit):
    """429 with the sentence of a `core.watch.TooMany`, and when to try again."""
    template = "core/error.html" if request.user.is_authenticated else "core/error_public.html"
    response = render(request, template, {"code": 429, "reason": str(limit)}, status=429)
    response["Retry-After"] = str(limit.seconds)
    return response


def broken(request):
    return render(request, "core/broken.html", status=500)
