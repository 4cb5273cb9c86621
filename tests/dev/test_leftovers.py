"""What a killed `make run` left is ended; what only looks like it is left alone."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from dev import leftovers
from dev.common import Trouble

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def sleeper():
    """Starts processes that only wait; ends those that the test left."""
    started = []

    def start(mark: str = "", ignoring_term: bool = False) -> subprocess.Popen:
        environment = os.environ | ({leftovers.MARK: mark} if mark else {})
        command = list(SLEEP)
        if ignoring_term:
            command[2] = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + command[2]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        process.stdout.readline()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def write(folder, mark, **processes):
    (folder / leftovers.RUN_FILE).write_text(json.dumps({"mark": mark, "processes": processes}))


def test_recorded_process_with_its_start_time_is_ended(tmp_path, sleeper):
    process = sleeper()
    write(tmp_path, "none-carries-this", web=leftovers.record(process.pid))
    leftovers.end(tmp_path)
    assert process.wait(5) == -signal.SIGTERM
    assert not (tmp_path / leftovers.RUN_FILE).exists()


def test_pid_given_out_again_is_left_alone(tmp_path, sleeper):
    process = sleeper()
    write(tmp_path, "none-carries-this", web={"pid": process.pid, "since": "1"})
    assert leftovers.ours(tmp_path) == set()
    leftovers.end(tmp_path)
    assert process.poll() is None


def test_child_of_a_dead_process_is_found_by_its_mark(tmp_path, sleeper):
    process = sleeper(mark="a-random-word")
    write(tmp_path, "a-random-word", web={"pid": 2**22 + 1, "since": "1"})
    leftovers.end(tmp_path)
    assert process.wait(5) == -signal.SIGTERM


def test_process_of_another_run_is_left_alone(tmp_path, sleeper):
    process = sleeper(mark="another-word")
    write(tmp_path, "a-random-word")
    leftovers.end(tmp_path)
    assert process.poll() is None


def test_process_that_ignores_the_request_is_killed(tmp_path, sleeper, monkeypatch):
    monkeypatch.setattr(leftovers, "PATIENCE_SECONDS", 0.3)
    process = sleeper(mark="stubborn", ignoring_term=True)
    write(tmp_path, "stubborn")
    leftovers.end(tmp_path)
    assert process.wait(5) == -signal.SIGKILL


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"mark": "", "processes": []}'])
def test_unreadable_record_is_no_reason_to_fail(tmp_path, content):
    (tmp_path / leftovers.RUN_FILE).write_text(content)
    assert leftovers.ours(tmp_path) == set()


def test_port_in_use_is_said_with_another_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=rf"端口 {port} 已被占用.*PORT={port + 1}"):
            leftovers.require_free_port("127.0.0.1", port)
