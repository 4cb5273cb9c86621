"""The real schedule of the clock, simulated over days with outages, kills and collisions: every night is done, once."""

import datetime
from contextlib import contextmanager
from itertools import pairwise

import psycopg
import pytest
from celery.beat import Scheduler
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from changning.celery import app
from core.jobs.tasks import requeue_stalled
from core.models import Job
from core.settings.parameters import publish
from orgs.models import CommunityTarget, DuplicatePair
from reports import actions, policy, queries
from reports.choices import RunState, Step
from reports.models import NightlyRun, NightlyStep

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)
FIRST = datetime.date(2026, 11, 2)


class Killed(BaseException):
    """kill -9: nothing after it runs, the session and its locks are gone."""


class Clock:
    """Moves Django's and Celery's time; `run(until)` lets the beat of the product call what its schedule says."""

    def __init__(self, monkeypatch):
        self.now = timezone.make_aware(datetime.datetime.combine(FIRST, datetime.time(9)))
        monkeypatch.setattr(timezone, "now", lambda: self.now.astimezone(datetime.UTC))
        monkeypatch.setattr(app, "now", lambda: self.now)
        monkeypatch.setattr("celery.beat.ScheduleEntry.default_now", lambda entry: self.now)
        self.called: list[str] = []
        app.loader.import_default_modules()

    def beat(self) -> Scheduler:
        clock = self

        class Beat(Scheduler):
            def apply_async(self, entry, producer=None, advance=True, **kwargs):
                entry = self.reserve(entry) if advance else entry
                clock.called.append(entry.task)
                if entry.task == "reports.tasks.nights":
                    app.tasks[entry.task]()

        return Beat(app=app, lazy=False)

    def at(self, day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
        return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))

    def run(self, until: datetime.datetime) -> None:
        """A machine that is up from now on: each minute around the nights, every ten minutes by day."""
        beat = self.beat()
        while self.now < until:
            self.now += MINUTE if self.now.hour < 3 else 10 * MINUTE
            for _ in range(20):
                try:
                    if beat.tick() > 0:
                        break
                except Killed:
                    beat = self.beat()


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def done(monkeypatch):
    """[(date, state)] of every chain that came to its end."""
    found, real = [], actions._night

    def night(date, by, today):
        run = real(date, by, today)
        found.append((run.date, run.state))
        return run

    monkeypatch.setattr(actions, "_night", night)
    return found


@contextmanager
def somebody_else_at_work():
    """Another process holds the lock of the nights."""
    values = connection.get_connection_params()
    values.pop("cursor_factory", None)
    values.pop("context", None)
    with psycopg.connect(**values) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [actions.LOCK])
        yield


def dates(first: datetime.date, count: int) -> list[datetime.date]:
    return [first + n * DAY for n in range(count)]


def test_the_schedule_names_tasks_that_exist_and_only_one_starts_nights(clock):
    tasks = [entry["task"] for entry in app.conf.beat_schedule.values()]
    assert set(tasks) <= set(app.tasks)
    assert [task for task in tasks if "night" in task or "catch" in task] == ["reports.tasks.nights"]
    clock.run(clock.at(FIRST + DAY, 1))
    assert set(clock.called) == {*tasks}


def test_four_days_without_trouble_run_each_night_once_and_on_time(clock, done, make_org):
    make_org()
    clock.run(clock.at(FIRST + 4 * DAY, 12))
    assert done == [(day, RunState.DONE) for day in dates(FIRST - DAY, 5)]
    runs = list(NightlyRun.objects.filter(date__gte=FIRST).order_by("date"))
    assert [run.runs for run in runs] == [1] * 4
    assert not any(run.late for run in runs)
    starts = [timezone.localtime(run.started_at) for run in runs]
    assert {(at.hour, at.minute) for at in starts} == {(0, 30)}


def test_two_missed_nights_are_both_caught_up_in_order(clock, done, make_org):
    """The machine was off; at its start another process is busy for a while, which lost the older night before."""
    make_org()
    clock.run(clock.at(FIRST + DAY, 12))
    clock.now = clock.at(FIRST + 4 * DAY, 0, 25)  # off for more than two nights
    with somebody_else_at_work():
        clock.run(clock.at(FIRST + 4 * DAY, 0, 50))
    clock.run(clock.at(FIRST + 5 * DAY, 12))
    assert done == [(day, RunState.DONE) for day in dates(FIRST - DAY, 6)]
    late = dict(NightlyRun.objects.values_list("date", "late"))
    assert [day for day in late if late[day]] == [FIRST + 2 * DAY, FIRST + DAY]


def test_a_failed_night_before_a_done_one_is_not_lost(clock, done, make_org, monkeypatch):
    make_org()
    clock.run(clock.at(FIRST, 12))
    real = list(actions.STEPS)

    def breaks_on_the_first(date, run):
        if date == FIRST:
            raise RuntimeError("磁盘已满")
        return 0, 0

    monkeypatch.setattr(actions, "STEPS", [*real, (Step.DIGEST, breaks_on_the_first)])
    clock.run(clock.at(FIRST + 2 * DAY, 6))
    assert NightlyRun.objects.get(date=FIRST).state == RunState.FAILED
    assert NightlyRun.objects.get(date=FIRST + DAY).state == RunState.DONE
    tries = NightlyRun.objects.get(date=FIRST).runs
    assert 5 <= tries <= 9  # the pauses grow: 1, 2, 3 ... hours, not every minute
    monkeypatch.setattr(actions, "STEPS", real)
    clock.run(clock.at(FIRST + 3 * DAY, 6))
    assert NightlyRun.objects.get(date=FIRST).state == RunState.DONE
    assert [date for date, state in done if state == RunState.DONE].count(FIRST) == 1
    assert queries.missing(clock.now) == []


def test_a_killed_night_is_taken_up_within_a_minute(clock, done, make_org, monkeypatch):
    make_org()
    clock.run(clock.at(FIRST, 12))
    real, fatal = list(actions.STEPS), [True]

    def dies_once(date, run):
        if date == FIRST and fatal and fatal.pop():
            raise Killed
        return 0, 0

    monkeypatch.setattr(actions, "STEPS", [*real[:3], (Step.DIGEST, dies_once), *real[3:5]])
    clock.run(clock.at(FIRST + DAY, 2))
    run = NightlyRun.objects.get(date=FIRST)
    assert (run.state, run.runs) == (RunState.DONE, 2)
    assert timezone.localtime(run.started_at) - clock.at(FIRST + DAY, 0, 30) <= MINUTE
    assert done.count((FIRST, RunState.DONE)) == 1
    assert run.steps.count() == 6


def test_one_that_kills_its_worker_each_time_is_not_tried_every_minute(clock, make_org, monkeypatch):
    def dies(date, run):
        raise Killed

    clock.run(clock.at(FIRST, 12))
    monkeypatch.setattr(actions, "STEPS", [(Step.DIGEST, dies)])
    clock.run(clock.at(FIRST + DAY, 6))
    assert 3 <= NightlyRun.objects.get(date=FIRST).runs <= 6


def test_pressed_by_a_person_it_begins_with_what_is_missing(
    clock, done, make_org, cast, sign_in, django_capture_on_commit_callbacks
):
    make_org()
    clock.run(clock.at(FIRST, 12))
    clock.now = clock.at(FIRST + 3 * DAY, 9)
    with django_capture_on_commit_callbacks(execute=True):
        sign_in(cast.sysadmin).post(reverse("reports:nightly_run"))
    assert [date for date, _ in done[1:]] == dates(FIRST, 3)
    assert Job.objects.get(kind=actions.KIND).state == "done"
    clock.now += MINUTE
    with django_capture_on_commit_callbacks(execute=True):  # nothing is missing: last night once more
        sign_in(cast.sysadmin).post(reverse("reports:nightly_run"))
    assert done[-1] == (FIRST + 2 * DAY, RunState.DONE) and len(done) == 5


def test_pressed_while_a_night_is_running_it_waits_for_its_end(
    clock, done, make_org, cast, sign_in, django_capture_on_commit_callbacks
):
    make_org()
    with somebody_else_at_work(), django_capture_on_commit_callbacks(execute=True):
        sign_in(cast.sysadmin).post(reverse("reports:nightly_run"))
    job = Job.objects.get()
    assert (job.state, job.attempts, done) == ("queued", 0, []) and "等它结束" in job.step
    clock.now += MINUTE
    with django_capture_on_commit_callbacks(execute=True):
        requeue_stalled()
    job.refresh_from_db()
    assert (job.state, job.attempts, len(done)) == ("done", 1, 1)


def test_the_command_without_a_date_leaves_no_hole(clock, done, make_org):
    clock.run(clock.at(FIRST, 12))
    clock.now = clock.at(FIRST + 3 * DAY, 9)
    call_command("nightly")
    assert [date for date, _ in done[1:]] == dates(FIRST, 3)


def test_a_run_by_hand_before_the_day_is_over_does_not_stand_for_the_night(clock, done, make_org):
    make_org()
    clock.run(clock.at(FIRST, 12))
    actions.nightly(FIRST)
    assert [t.groups + t.teams for t in CommunityTarget.objects.filter(night=FIRST, teams__gt=0)] == [1]
    make_org()  # in the afternoon
    clock.run(clock.at(FIRST + DAY, 2))
    assert NightlyRun.objects.get(date=FIRST).runs == 2
    assert [t.teams for t in CommunityTarget.objects.filter(night=FIRST, teams__gt=0)] == [2]
    make_org()
    actions.nightly(FIRST)  # asked for once more on the next day: the night keeps its figures
    assert [t.teams for t in CommunityTarget.objects.filter(night=FIRST, teams__gt=0)] == [2]


def test_how_far_back_nights_are_caught_up_is_a_dated_number(clock, cast, make_org):
    actions.nightly(FIRST, today=FIRST + DAY)
    clock.now = clock.at(FIRST + 50 * DAY, 9)
    assert queries.missing()[0] == FIRST + 50 * DAY - 31 * DAY
    publish(
        policy.CATCH_UP_DAYS, value=3, effective_from=clock.now.date(), legal_basis="试行", by=cast.officer
    )
    assert queries.missing() == dates(FIRST + 47 * DAY, 3)


def test_what_was_compared_is_known_by_the_step_and_not_by_the_night(clock, make_org, monkeypatch):
    """A later step that fails for days must not lose, nor a clock that was put back skip, what was saved meanwhile."""
    make_org("晨光合唱队")
    clock.now = clock.at(FIRST + DAY, 9)
    actions.nightly(FIRST)
    clock.now += 2 * DAY  # a wrong clock, for one night
    actions.nightly(FIRST + 2 * DAY)
    clock.now -= 2 * DAY
    clock.now += datetime.timedelta(hours=3)
    make_org("晨光合唱队")
    assert not DuplicatePair.objects.exists()
    clock.now += datetime.timedelta(hours=3)
    actions.nightly(FIRST + DAY)
    assert DuplicatePair.objects.count() == 1
    assert NightlyStep.objects.filter(step=Step.DUPLICATES).count() == 3


def test_nights_of_a_database_that_is_new_begin_with_the_last_one(clock):
    assert settings.TIME_ZONE == "Asia/Shanghai"
    assert queries.missing() == [FIRST - DAY]
    assert queries.missing(clock.at(FIRST, 0, 29)) == [FIRST - 2 * DAY]
    assert all(b - a == DAY for a, b in pairwise(queries.missing()))
