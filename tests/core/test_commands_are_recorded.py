"""Whoever writes by a command on the server is in the audit."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from core.audit import commands
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_a_command_that_writes_is_recorded_with_what_it_was_asked_for(places, settings):
    call_command("load_map")
    event = AuditEvent.objects.get(kind="command")
    assert event.username == commands.operator()
    assert event.username.startswith("服务器命令行（")
    assert event.detail["note"] == "load_map"
    assert event.detail["act"]


def test_one_that_was_refused_says_why_and_one_that_only_looks_says_nothing(db, settings, tmp_path):
    settings.DEMO = False
    with pytest.raises(CommandError, match="演示模式"):
        call_command("seed_demo")
    event = AuditEvent.objects.get(kind="command")
    assert "演示模式" in event.detail["reason"]
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no workbook")
    with pytest.raises(CommandError):
        call_command("import_ledger", "teams", str(path), "--dry-run")
    assert AuditEvent.objects.filter(kind="command").count() == 1
    with pytest.raises(CommandError):
        call_command("import_ledger", "teams", str(path))
    assert "x.xlsx" in AuditEvent.objects.filter(kind="command").first().detail["note"]
    assert str(tmp_path) not in AuditEvent.objects.filter(kind="command").first().detail["note"]


def test_a_container_without_names_can_run_commands(monkeypatch):
    def nameless():
        raise OSError("no username")

    monkeypatch.setattr("getpass.getuser", nameless)
    assert commands.operator().startswith("服务器命令行（")
