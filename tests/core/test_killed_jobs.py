"""A worker is killed for good in the middle of its work: nothing of it stays, the next one does everything once."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.utils import timezone

from core import jobs
from core.choices import JobState
from core.jobs import bulk, exports
from core.jobs.tasks import requeue_stalled, run_bulk, run_export
from core.models import Job
from orgs.models import Organization

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
WORKER = """
import sys, time, django
django.setup()
from django.db import connections
connections.settings["default"]["NAME"] = sys.argv[1]
from core import jobs
from core.jobs import bulk, exports
exports.finish = lambda *args: time.sleep(120)  # everything is done but the end
jobs.run(int(sys.argv[2]), bulk.carry_out if sys.argv[3] == "bulk" else exports.make)
"""


@pytest.fixture
def queued(cast, sign_in, monkeypatch):
    """queued(kind) → a job of 700 groups that nobody has taken."""
    monkeypatch.setattr(jobs, "send", lambda task, pk: True)
    rows = [
        Organization(
            tier="group", status="normal", name=f"组{n}", category="culture", street=cast.jia, community=cast.jia1
        )
        for n in range(700)
    ]  # fmt: skip
    Organization.objects.bulk_create(rows)
    client = sign_in(cast.street)

    def start(kind) -> Job:
        if kind == exports.KIND:
            client.post("/orgs/", {"do": "export"})
            return Job.objects.get()
        url = client.post("/orgs/", {"do": "bulk", "action": "terms", "all": "1"})["Location"]
        client.post(url, {"step": "preview", "category": "charity", "reason": "归类"})
        client.post(url, {"step": "confirm", "at": Job.objects.get().result["at"]})
        return Job.objects.get()

    return start


def killed_at_the_end(job: Job) -> Job:
    """Let a process of its own work until only the end is missing, and kill it."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "changning.settings.test"}
    name = connection.settings_dict["NAME"]
    worker = subprocess.Popen([sys.executable, "-c", WORKER, name, str(job.pk), job.kind], env=environment)
    try:
        wanted = {exports.KIND: 500, bulk.KIND: 700}[job.kind]
        for _ in range(300):
            job.refresh_from_db()
            if job.done == wanted:
                break
            time.sleep(0.1)
        assert (job.state, job.done, job.total) == (JobState.RUNNING, wanted, 700)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    return job


@pytest.mark.parametrize("kind", [exports.KIND, bulk.KIND])
def test_what_was_killed_is_taken_up_again_and_done_once(kind, queued):
    job = killed_at_the_end(queued(kind))
    assert not Organization.objects.filter(category="charity").exists()
    assert requeue_stalled() == 0  # its heart beat until just now
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - jobs.STALE_AFTER * 2)
    assert requeue_stalled() == 1
    (run_export if kind == exports.KIND else run_bulk)(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.done) == (JobState.DONE, 2, 700)
    assert job.file.storage.exists(job.file.name)
    if kind == bulk.KIND:
        rows = Organization.objects.all()
        assert set(rows.values_list("category", "version")) == {("charity", 2)}
        assert {entry.events.count() for entry in rows[:20]} == {2}
