"""Uploads and what was made of them go after their days, sessions at night; pages say so beforehand and afterwards."""

import datetime
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from core import tasks
from core.choices import JobState
from core.files import uploads
from core.models import Job
from core.policy import UPLOAD_DAYS
from core.settings import parameters
from filings.actions.reconcile import run
from orgs.models import ImportFault
from orgs.queries.imports import KIND, MARKED, copies

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def sent(cast):
    """sent(days ago, state) → an import with its file, marked copy and a fault that quotes a cell."""

    def make(days: int, state=JobState.DONE):
        job = Job(kind=KIND, title="导入名册：a.xlsx", owner=cast.street, state=state, file_name="a.xlsx")
        job.params = {"ledger": "teams", "ledger_name": "团队"}
        job.file.save("ledger.xlsx", ContentFile(b"PK"), save=False)
        counts = {"read": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0, "held": 0}
        job.result = {"kinds": {"format": 1}, "counts": counts}
        job.finished_at = None if state in (JobState.WAITING, JobState.QUEUED) else timezone.now()
        job.save()
        moment = timezone.make_aware(datetime.datetime.combine(TODAY, datetime.time(12)))
        Job.objects.filter(pk=job.pk).update(created_at=moment - datetime.timedelta(days=days))
        ImportFault.objects.create(
            job=job,
            sheet="x",
            row=1,
            column=1,
            header="联系电话",
            kind="format",
            value="13800001234",
            reason="x",
        )
        job.refresh_from_db()
        copy = Job(kind=MARKED, owner=cast.street, state=JobState.DONE, params={"import": job.pk})
        copy.finished_at = timezone.now()
        copy.file.save("marked.xlsx", ContentFile(b"PK"))
        return job

    return make


def files(job) -> list[bool]:
    stored = Job.objects.get(pk=job.pk)
    return [bool(stored.file), copies(stored).exists()]


def test_files_and_quoted_cells_go_the_day_after_the_last_and_not_before(sent, cast, sign_in):
    old, new = sent(91), sent(90)
    path, marked = Path(old.file.path), copies(old).get().file.name
    assert uploads.delete_expired(TODAY) == 1
    assert not path.exists() and not default_storage.exists(marked)
    assert (files(old), files(new)) == ([False, False], [True, True])
    assert not ImportFault.objects.filter(job=old).exists()
    client = sign_in(cast.street)
    page = client.get(reverse("orgs:import_detail", args=[old.pk])).content.decode()
    assert "已于 2026-11-25 按保留期限删除" in page
    page = client.get(reverse("orgs:import_detail", args=[new.pk])).content.decode()
    assert "上传的文件和标注副本保留到 2026-11-25，之后自动删除" in page
    for url in (reverse("orgs:import_marked", args=[old.pk]), reverse("jobs:file", args=[old.pk])):
        answer = client.get(url)
        assert answer.status_code == 410
        assert "已于 2026-11-25 按保留期限删除" in answer.content.decode()
    assert uploads.delete_expired(TODAY) == 0


def test_what_nobody_confirmed_is_cancelled_and_what_runs_is_left(sent):
    waiting, running = sent(200, JobState.WAITING), sent(200, JobState.RUNNING)
    assert uploads.delete_expired(TODAY) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.message) == (JobState.CANCELLED, uploads.FORGOTTEN)
    assert files(running) == [True, True]


def test_the_number_of_the_day_on_which_it_was_sent_counts(sent):
    job = sent(40)
    parameters.Parameter.objects.create(
        key=UPLOAD_DAYS.key, value=30, effective_from=TODAY - datetime.timedelta(days=39), legal_basis="测试"
    )
    assert uploads.of(job).until == TODAY + datetime.timedelta(days=50)
    assert uploads.delete_expired(TODAY) == 0
    later = sent(35)
    assert uploads.of(later).until == TODAY - datetime.timedelta(days=5)
    assert uploads.delete_expired(TODAY) == 1


def test_a_file_that_cannot_be_deleted_stops_no_other_and_comes_again(sent, monkeypatch):
    stuck, other = sent(100), sent(100)
    real = default_storage.delete

    def delete(name):
        if name == stuck.file.name:
            raise PermissionError(name)
        return real(name)

    monkeypatch.setattr(type(default_storage._wrapped), "delete", lambda self, name: delete(name))
    assert uploads.delete_expired(TODAY) == 1
    assert (files(stuck)[0], files(other)[0]) == (True, False)
    monkeypatch.undo()
    assert uploads.delete_expired(TODAY) == 1


def test_exports_of_the_municipal_system_go_too(cast, sources, sign_in):
    found = run.keep(source=sources["filing"], file=ContentFile(b"PK", "市.xlsx"), by=cast.street)
    Job.objects.filter(pk=found.pk).update(state=JobState.FAILED, finished_at=timezone.now())
    client = sign_in(cast.street)
    assert "之后自动删除" in client.get(found.get_absolute_url()).content.decode()
    uploads.delete_expired(timezone.localdate() + datetime.timedelta(days=91))
    assert not Job.objects.get(pk=found.pk).file
    page = client.get(found.get_absolute_url()).content.decode()
    assert "按保留期限删除" in page
    assert "重试" not in page


def test_the_night_clears_sessions_and_old_attempts_and_one_failure_stops_no_step(cast, sign_in, monkeypatch):
    sign_in(cast.street)
    Session.objects.create(
        session_key="x" * 32, session_data="", expire_date=timezone.now() - datetime.timedelta(days=1)
    )
    AccessAttempt.objects.create(username="a", ip_address="10.0.0.1", failures_since_start=1)
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(days=2))
    monkeypatch.setattr("core.jobs.exports.delete_expired", broken)
    with pytest.raises(OSError, match="disk"):
        tasks.tidy()
    assert Session.objects.count() == 1
    assert not AccessAttempt.objects.exists()
    assert settings.AXES_DISABLE_ACCESS_LOG


def broken():
    raise OSError("disk")
