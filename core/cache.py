"""The shared cache as a convenience: a broker that is away, silent or restarting is an empty cache, not an error."""

import functools
import logging
import time

from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)
PATIENCE = 0.3  # seconds for one step of the conversation with the broker
REST = 5.0  # seconds without another try after a failure
SAID_EVERY = 60.0  # seconds between two lines in the log


def _surviving(name: str, absent):
    """The method of that name, with what an empty cache would answer when the broker does not."""

    @functools.wraps(getattr(RedisCache, name))
    def method(self, *args, **kwargs):
        if not self.silent():
            try:
                return getattr(RedisCache, name)(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                self.failed(error)
        return absent(*args, **kwargs)

    return method


def _no_such_key(key, *args, **kwargs):
    raise ValueError(f"Key '{key}' not found")


class Cache(RedisCache):
    """Django's cache on Redis that forgets instead of failing. `incr` of an absent key is a ValueError, as ever."""

    said = float("-inf")  # of the whole process, as the rest
    silent_until = float("-inf")

    def __init__(self, server, params):
        options = {
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
            "retry": Retry(NoBackoff(), 0),
        }
        super().__init__(server, params | {"OPTIONS": options | params.get("OPTIONS", {})})

    def silent(self) -> bool:
        return time.monotonic() < Cache.silent_until

    def failed(self, error: Exception) -> None:
        now = time.monotonic()
        Cache.silent_until = now + REST
        if now - Cache.said >= SAID_EVERY:
            Cache.said = now
            log.warning("working without the cache: %s: %s", type(error).__name__, error)

    add = _surviving("add", lambda *args, **kwargs: True)
    get = _surviving("get", lambda key, default=None, version=None: default)
    set = _surviving("set", lambda *args, **kwargs: None)
    touch = _surviving("touch", lambda *args, **kwargs: False)
    delete = _surviving("delete", lambda *args, **kwargs: False)
    get_many = _surviving("get_many", lambda *args, **kwargs: {})
    has_key = _surviving("has_key", lambda *args, **kwargs: False)
    incr = _surviving("incr", _no_such_key)
    set_many = _surviving("set_many", lambda data, *args, **kwargs: list(data))
    delete_many = _surviving("delete_many", lambda *args, **kwargs: None)
    clear = _surviving("clear", lambda *args, **kwargs: True)
