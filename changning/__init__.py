"""The frame: settings, URLs, Celery, embedded services. No policy."""

from changning.celery import app as celery_app

__all__ = ["celery_app"]
