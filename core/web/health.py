import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import JsonResponse
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import outages

PATIENCE = 1  # seconds for one step of the conversation with the broker


@login_not_required
def healthz(request):
    """200 once the database and the broker answer, 503 with the one that does not; `writes`: whether there is space to write."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"ok": False, "failed": "database"}, status=503)
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        ) as broker:
            broker.ping()
    except (redis.RedisError, OSError):
        return JsonResponse({"ok": False, "failed": "broker"}, status=503)
    return JsonResponse({"ok": True, "writes": not outages.short_of_space()})
