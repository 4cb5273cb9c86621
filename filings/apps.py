"""Says at start which numbers of the filings are dated and which cases move."""

from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "filings"
    verbose_name = "备案"
