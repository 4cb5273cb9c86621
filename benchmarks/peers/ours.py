"""The product as it runs, but for static files, which no measured page sends."""

import os

os.environ.setdefault("DEMO", "1")

from changning.settings.dev import *  # noqa: E402, F403
from changning.settings.dev import INSTALLED_APPS, STORAGES  # noqa: E402

DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "import_export"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
LOGGING = {"version": 1, "disable_existing_loggers": True}
