"""The script of the faults runs and finds nothing; the many rounds are for `python -m tests.faults` (docs/operations.md)."""

import socket
import subprocess
import sys

import pytest

from dev.common import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.slow
def test_a_few_rounds_lose_double_and_leave_nothing(tmp_path):
    command = [
        sys.executable,
        "-m",
        "tests.faults",
        "--rounds",
        "4",
        "--seed",
        "2",
        "--port",
        str(free_port()),
    ]
    command += ["--folder", str(tmp_path), "--disk-mb", "0", "--harm", "worker,web,broker,database"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "rounds 4, seed 2" in done.stdout and "failed 0" in done.stdout
