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

# Whatever the clock asks for looks in the database for what is due, so that a call too many does nothing and a lost one costs
# a minute or an hour; a call that nobody took in time is dropped.
app.conf.beat_schedule = {
    "nights": {"task": "reports.tasks.nights", "schedule": 60.0, "options": {"expires": 55}},
    "requeue-stalled-jobs": {
        "task": "core.jobs.tasks.requeue_stalled",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "tidy-files": {"task": "core.tasks.tidy", "schedule": crontab(minute=20), "options": {"expires": 3000}},
    "tell-subscribers": {
        "task": "core.tasks.tell_subscribers",
        "schedule": crontab(minute=0, hour="8-18"),
        "options": {"expires": 3000},
    },
}
