from django.shortcuts import render


def not_found(request, exception=None):
    return render(request, "core/error.html", {"code": 404}, status=404)


def bad_request(request, exception=None):
    return render(request, "core/error.html", {"code": 400}, status=400)


def forbidden(request, exception=None):
    return render(request, "core/error.html", {"code": 403, "reason": str(exception or "")}, status=403)


def broken(request):
    return render(request, "core/broken.html", status=500)
