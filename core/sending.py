"""Hand a task to the broker within about a second, or leave it: its row is there, and the clock sends it later."""

import logging
import time

from celery import Task, current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
PATIENCE = 0.5  # seconds for one step of the conversation with the broker
REST = 5.0  # seconds without another try after a failure, so that a silent broker does not slow every page

_silent_until = float("-inf")


def send(task: Task, *args) -> bool:
    """Whether the broker took the task. Never raises because of the broker, and never waits long for it."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    once = {"max_retries": 0, "interval_start": 0, "interval_step": 0}
    short = once | {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    options = current_app.conf.broker_transport_options | short
    try:
        # A connection of its own: those of the pool wait as long as a worker may.
        with current_app.connection_for_write(transport_options=options, connect_timeout=PATIENCE) as link:
            task.apply_async(args, connection=link, retry=False)
    except (OSError, RedisError, KombuError) as error:
        _silent_until = time.monotonic() + REST
        log.warning("the broker did not take %s%s: %s", task.name, args, error)
        return False
    return True
