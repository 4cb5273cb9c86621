import logging
from importlib import import_module

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core import outages, registry, scratch
from core.audit import watch
from core.casework import digest
from core.files import uploads
from core.forms import drafts
from core.jobs import bulk, exports
from core.lists import saved

log = logging.getLogger(__name__)


def clear_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


@shared_task
def tidy() -> None:
    """Every hour: files past their days, previews that nobody decided on, drafts, keys and sessions too old to matter, leavings.

    What fails is told at the end and keeps none of the others from its work.
    """
    steps = (
        exports.delete_expired, uploads.delete_expired, drafts.forget_old, bulk.cancel_forgotten, scratch.clear_old,
        watch.forget_old, clear_sessions, *registry.TIDYING.values(),
    )  # fmt: skip
    failed = []
    for step in steps:
        try:
            step()
        except Exception as error:
            log.exception("tidying: %s", step.__name__)
            failed.append(error)
    if failed:
        raise failed[0]


@shared_task
def tell_subscribers() -> None:
    """Every hour of the working day: whoever was not told yet, and the mails of this morning that did not go out."""
    if outages.short_of_space():
        return
    today = timezone.localdate()
    saved.tell_all(today)
    digest.send(today, only_failed=True)
