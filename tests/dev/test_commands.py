"""Each missing prerequisite is one sentence with its remedy."""

import ast
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from changning import demo
from dev import audit, commands, install, vendor
from dev.common import ROOT, Trouble, digest, read_json, write_json

Usage = namedtuple("Usage", "total used free")


def test_little_disk_is_said_with_what_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 0, 100 * 2**20))
    with pytest.raises(Trouble, match="只剩 100 MB，至少需要 500 MB"):
        commands.check_disk(tmp_path / "not" / "there" / "yet")


@pytest.mark.parametrize("port", ["0", "65536", "abc", "-1"])
def test_port_that_is_none_is_refused(monkeypatch, port):
    monkeypatch.setenv("PORT", port)
    with pytest.raises(Trouble, match="不是 1 到 65535 的数"):
        commands.address()


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_python_without_venv_names_the_package(tmp_path, monkeypatch, module):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else real(name))
    monkeypatch.setattr(install, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(install, "VENV", tmp_path / "venv")
    with pytest.raises(Trouble, match=f"缺少 {module} 模块.*apt-get install python3-venv"):
        install.make_venv()
    assert list(tmp_path.iterdir()) == []


def test_second_supervisor_on_one_data_folder_is_refused(tmp_path):
    with open(tmp_path / "run.lock", "w") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(Trouble, match="已经在运行"):
            commands.hold_run_lock(tmp_path)


def test_the_refusal_names_the_address_under_which_it_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("HOST", "0.0.0.0")
    held = commands.hold_run_lock(tmp_path)
    try:
        with pytest.raises(Trouble, match=rf"已经在运行：http://127.0.0.1:8123/（进程 {os.getpid()}，"):
            commands.hold_run_lock(tmp_path)
    finally:
        os.close(held)


def test_a_file_that_cannot_be_written_whole_leaves_nothing_and_keeps_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    write_json(path, {"mark": "a"})
    monkeypatch.setattr(
        Path, "replace", lambda *args: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(OSError):
        write_json(path, {"mark": "b"})
    assert read_json(path) == {"mark": "a"} and list(tmp_path.iterdir()) == [path]


def test_data_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="不能写入"):
        commands.hold_run_lock(tmp_path / "file")


def test_unknown_target_prints_the_help():
    done = subprocess.run([sys.executable, "dev/bootstrap.py", "?"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "make run" in done.stdout) == (0, True)


def test_bootstrap_can_be_read_by_an_old_python():
    """No syntax newer than what it refuses: checked against the grammar of 3.7."""
    ast.parse((ROOT / "dev" / "bootstrap.py").read_text("utf-8"), feature_version=(3, 7))


def test_source_map_comment_is_removed_and_nothing_else(tmp_path, monkeypatch):
    packages = tmp_path / "packages"
    for file in vendor.FILES["bootstrap"]:
        path = packages / "bootstrap" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"a{}\n/*# sourceMappingURL=x.css.map */\nb{}//# no\n//# sourceMappingURL=x.js.map")
    for package, files in vendor.FONTS.items():
        for file in files:
            path = packages / package / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"font //# sourceMappingURL=kept")
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "static_vendor")
    vendor._fill(packages)
    assert (tmp_path / "static_vendor/bootstrap/bootstrap.min.css").read_bytes() == b"a{}\n\nb{}//# no\n"
    font = tmp_path / "static_vendor/.fonts/NotoSerifSC_400Regular.ttf"
    assert font.read_bytes() == b"font //# sourceMappingURL=kept"
    listed = (tmp_path / "static_vendor/SHA256SUMS").read_text().splitlines()
    assert [line[66:] for line in listed] == [
        ".fonts/LICENSE_FONT",
        ".fonts/NotoSerifSC_400Regular.ttf",
        "bootstrap/LICENSE",
        "bootstrap/bootstrap.bundle.min.js",
        "bootstrap/bootstrap.min.css",
    ]


def test_digest_sees_content_name_and_absence(tmp_path):
    one = tmp_path / "one"
    before = digest(one)
    one.write_text("a")
    after = digest(one)
    one.write_text("b")
    assert len({before, after, digest(one)}) == 3


def test_json_that_is_broken_counts_as_empty(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[1")
    assert read_json(path) == {}
    write_json(path, {"键": 1})
    assert read_json(path) == {"键": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_audit_fails_on_a_finding_and_names_what_was_not_checked(capsys):
    packages = [
        {"name": "good", "version": "1", "vulns": []},
        {"name": "bad", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]},
        {"name": "unknown", "skip_reason": "not found"},
    ]
    assert audit.report("lock", packages) == 1
    assert audit.report("lock", packages[2:]) == 0
    assert "1 NOT CHECKED" in capsys.readouterr().out


@pytest.mark.parametrize("lock", sorted(path.name for path in Path(ROOT, "requirements").glob("*.txt")))
def test_lock_file_names_no_index_and_every_package_has_hashes(lock):
    lines = (ROOT / "requirements" / lock).read_text().splitlines()
    assert not [line for line in lines if "://" in line or line.startswith("-")]
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pinned and all(line.endswith("\\") and "==" in line for line in pinned)


def test_npm_lock_names_no_registry():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_demo_secrets_are_private_and_stay(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    first = demo.secret_key(), demo.password()
    demo._load.cache_clear()
    assert (demo.secret_key(), demo.password()) == first
    assert os.stat(tmp_path / "secret.json").st_mode & 0o777 == 0o600
    assert len(first[0]) >= 50 and any(c.isupper() for c in first[1]) and any(c.isdigit() for c in first[1])
