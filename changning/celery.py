"""The Celery application. The nightly chain is started by beat; the schedule lives here because it is the frame's."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changning.settings.dev")


@setup_logging.connect
def one_format_for_all_processes(**kwargs):
    """Heard, this signal keeps Celery's hands off the logs: the settings say what may be written."""


app = Celery("changning")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "nightly": {"task": "reports.tasks.nightly", "schedule": crontab(hour=0, minute=30)},
    "catch-up": {"task": "reports.tasks.catch_up", "schedule": crontab(minute=10)},
    "tidy-files": {"task": "core.tasks.tidy", "schedule": crontab(hour=3, minute=20)},
    "tell-subscribers": {"task": "core.tasks.tell_subscribers", "schedule": crontab(hour=8, minute=0)},
    "requeue-stalled-jobs": {"task": "core.tasks.requeue_stalled", "schedule": 60.0},
}
