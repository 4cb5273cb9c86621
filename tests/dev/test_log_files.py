"""Logs stay bounded while their writers run."""

import sys
import time

import pytest

from dev import processes


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(processes, "LOG_LIMIT", 1_000)


def test_a_log_begins_anew_while_its_writer_goes_on(tmp_path, small):
    log = tmp_path / "web.log"
    code = "import time\nfor n in range(10**6): print('line', n, flush=True); time.sleep(.001)"
    child = processes.Child("web", "网页服务", [sys.executable, "-c", code], log, {})
    child.start()
    try:
        sizes, end = [], time.monotonic() + 60
        while sum(size < 500 for size in sizes) < 3 and time.monotonic() < end:  # three times begun anew
            time.sleep(0.2)
            grown = log.stat().st_size
            processes.bound(log)
            if grown > 1_000:
                sizes.append(log.stat().st_size)
        while log.read_bytes().count(b"\n") < 3 and time.monotonic() < end:
            time.sleep(0.01)
    finally:
        child.process.kill()
        child.clear()
    assert sum(size < 500 for size in sizes) == 3
    older, newer = log.with_suffix(".log.1").read_bytes(), log.read_bytes()
    assert older.count(b"line ") > 50 and b"\0" not in older + newer
    last, first = int(older.split()[-1]), int(newer.split(b"\n")[1].split()[-1])
    assert last < first <= last + 20  # nothing but what fell between copying and emptying


def test_a_full_disk_does_not_keep_a_log_from_being_emptied(tmp_path, small, monkeypatch):
    def full(source, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    log = tmp_path / "web.log"
    log.write_bytes(b"x" * 2_000)
    monkeypatch.setattr(processes.shutil, "copyfile", full)
    processes.bound(log)
    assert log.stat().st_size == 0 and list(tmp_path.iterdir()) == [log]


def test_a_small_log_and_one_that_is_not_there_are_left_alone(tmp_path, small):
    log = tmp_path / "beat.log"
    processes.bound(log)
    log.write_bytes(b"x" * 900)
    processes.bound(log)
    assert [p.name for p in tmp_path.iterdir()] == ["beat.log"] and log.stat().st_size == 900
