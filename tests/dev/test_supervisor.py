"""The supervisor outlives a full disk and is safe to interrupt at any instruction."""

import os
import signal
import subprocess
import sys
import time
from collections import namedtuple

import pytest

from dev import serve
from dev.common import ROOT, read_json
from dev.leftovers import RUN_FILE
from dev.processes import Child
from dev.serve import Supervisor

Usage = namedtuple("Usage", "total used free")
# Asks all the time whether it was asked to stop, as the main loop does, and says so when it was.
ASKED = """
import sys, time
from dev.stopping import Stopping
stopping = Stopping()
stopping.listen()
print("up", flush=True)
end = time.monotonic() + 20
while time.monotonic() < end:
    if stopping.is_set() and stopping.wait(0.001) and stopping.wait(5):
        if time.monotonic() > end - 18.5:
            stopping.close_ears()
            print("asked", flush=True)
            sys.exit(0)
sys.exit(1)
"""


@pytest.fixture
def supervisor(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(serve, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(serve, "BEAT_SECONDS", 0.01)
    return Supervisor()


def full(*args, **kwargs):
    raise OSError(28, "No space left on device")


def test_a_storm_of_signals_is_heard_and_locks_nothing():
    process = subprocess.Popen([sys.executable, "-c", ASKED], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "up\n"
        end = time.monotonic() + 1.4
        while time.monotonic() < end:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                os.kill(process.pid, number)
        assert process.wait(15) == 0
        assert process.stdout.read() == "asked\n"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_full_disk_does_not_end_the_supervisor_which_goes_on_when_it_is_emptied(
    supervisor, monkeypatch, capsys
):
    """It looked after its processes, could not write, waited, and looked again."""
    looks, free = [], [0, 0, 10**9]

    def look_after():
        looks.append(1)
        if len(looks) < 3:
            full()
        os.kill(os.getpid(), signal.SIGTERM)

    for name in ("start_embedded", "start_children", "stop"):
        monkeypatch.setattr(supervisor, name, lambda: None)
    monkeypatch.setattr(serve.prepare, "database_and_files", lambda *args: None)
    monkeypatch.setattr(serve.shutil, "disk_usage", lambda path: Usage(10**9, 0, free[min(len(looks), 2)]))
    monkeypatch.setattr(supervisor, "look_after", look_after)
    before = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    try:
        supervisor.run()
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before:
            signal.signal(number, handler)
    said = capsys.readouterr().out
    assert len(looks) == 3
    assert said.count("磁盘空间不足") == 1 and said.count("磁盘空间已恢复") == 1
    assert "No space left" in said


def test_the_note_of_what_runs_is_kept_when_a_new_one_cannot_be_written(supervisor, monkeypatch):
    supervisor.note()
    kept = read_json(supervisor.data / RUN_FILE)
    monkeypatch.setattr(serve, "write_json", full)
    supervisor.note()
    assert read_json(supervisor.data / RUN_FILE) == kept
    (supervisor.data / RUN_FILE).unlink()
    with pytest.raises(OSError):  # nothing that carries the mark may be started before the mark is on disk
        supervisor.note()


def test_a_process_starts_also_where_its_log_cannot_be_opened(tmp_path):
    (tmp_path / "web.log").mkdir()
    child = Child(
        "web", "网页服务", [sys.executable, "-c", "print(1)"], tmp_path / "web.log", dict(os.environ)
    )
    child.start()
    assert child.process.wait(20) == 0
    child.clear()
