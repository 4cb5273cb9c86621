import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import JsonResponse


@login_not_required
def healthz(request):
    """200 once the database and the broker answer, 503 with the one that does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"ok": False, "failed": "database"}, status=503)
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2).ping()
    except redis.RedisError:
        return JsonResponse({"ok": False, "failed": "broker"}, status=503)
    return JsonResponse({"ok": True})
