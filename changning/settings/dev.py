"""Demo and development on one machine: what `make run` and a bare `manage.py` use."""

import os

os.environ.setdefault("DEMO", "1")

from changning.settings.base import *  # noqa: E402, F403

DEMO = True
