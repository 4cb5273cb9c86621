"""Work in progress lies in one place, and what a killed process left there does not stay."""

import os
import time

import pytest

from core import scratch
from core.tasks import tidy


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_a_folder_is_private_and_gone_afterwards():
    with scratch.folder("export") as folder:
        (folder / "list.xlsx").write_bytes(b"x")
        assert folder.parent == scratch.place() and scratch.place().stat().st_mode & 0o777 == 0o700
    assert list(scratch.place().iterdir()) == []


@pytest.mark.django_db
def test_what_a_kill_left_is_cleared_after_a_day_and_nothing_else():
    left, at_work = scratch.place() / "export-left", scratch.place() / "export-now"
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "list.xlsx").write_bytes(b"x")
    file, link = scratch.place() / "tmp.xlsx", scratch.place() / "link"
    file.write_bytes(b"x")
    link.symlink_to(at_work)
    old = time.time() - scratch.LEFT_AFTER.total_seconds() - 60
    for path in (left, file):
        os.utime(path, (old, old))
    os.utime(link, (old, old), follow_symlinks=False)
    tidy()
    assert list(scratch.place().iterdir()) == [at_work] and (at_work / "list.xlsx").exists()
