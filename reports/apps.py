"""Says at start which numbers of the reports are dated."""

from django.apps import AppConfig

from core.registry import declare
from reports import policy


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"

    def ready(self):
        declare("夜间任务", policy.PARAMETERS)
