"""What the start does before the processes."""

import pytest

from dev import prepare
from dev.common import Trouble
from dev.stopping import Stopping


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Every command of manage.py fails with a sentence."""
    (tmp_path / "manage.py").write_text("import sys; sys.exit('磁盘已满')")
    monkeypatch.setattr(prepare, "ROOT", tmp_path)


def test_a_night_that_fails_does_not_keep_the_product_from_starting(broken, capsys):
    prepare.manage(["nightly"], Stopping())
    assert "由定时任务再试" in capsys.readouterr().out


def test_a_migration_that_fails_does(broken):
    with pytest.raises(Trouble, match="磁盘已满"):
        prepare.manage(["migrate", "-v", "0"], Stopping())
