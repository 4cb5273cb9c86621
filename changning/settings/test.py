"""Tests: a throw-away database on the embedded (or given) server, tasks run in place unless a test starts a worker."""

import os

from changning.embedded.testing import use_private_data_dir

use_private_data_dir()
os.environ.setdefault("DEMO", "1")

from changning.settings.base import *  # noqa: E402, F403
from changning.settings.base import DATA_DIR, STORAGES, env  # noqa: E402

DEMO = True
DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MEDIA_ROOT = DATA_DIR / "test-files" / env.text("PYTEST_XDIST_WORKER", "main")
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
AXES_ENABLED = False
