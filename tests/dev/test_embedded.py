"""The embedded services: addresses, leases, recovery."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from changning.embedded import paths
from changning.embedded.lease import Lease
from changning.embedded.postgres import Postgres
from changning.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "数据 Data"
    folder.mkdir()
    yield folder
    Valkey(folder).stop()
    if Postgres(folder).pid():
        Postgres(folder).stop()
    shutil.rmtree(paths.socket_dir(folder), ignore_errors=True)


def python(code: str, folder: Path, **more: str) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    environment |= {"DATA_DIR": str(folder), **more}
    command = [sys.executable, "-c", f"from changning import embedded\n{code}"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_socket_lies_beside_the_data_when_the_path_is_short_and_plain():
    assert paths.socket_dir(Path("/srv/changning/var")) == Path("/srv/changning/var/sock")


@pytest.mark.parametrize("name", ["/srv/a b/var", "/srv/长宁/var", "/srv/" + "x" * 90])
def test_socket_lies_in_a_private_folder_when_the_path_is_not(name):
    found = paths.socket_dir(Path(name))
    assert found.parent == Path("/tmp")
    assert found == paths.socket_dir(Path(name))


def test_socket_folder_open_to_others_is_refused(data):
    paths.socket_dir(data).mkdir(mode=0o755)
    paths.socket_dir(data).chmod(0o755)
    with pytest.raises(paths.EmbeddedError, match="权限过宽"):
        paths.make_socket_dir(data)


def test_lease_is_alone_until_another_takes_it(tmp_path):
    first, second = Lease(tmp_path), Lease(tmp_path)
    first.take()
    second.take()
    assert not first.alone()
    second.leave()
    assert first.alone()
    first.leave()


def test_cluster_after_kill_9_starts_again_with_its_rows(data):
    server = Postgres(data)
    assert server.start()
    assert not Postgres(data).start()
    server.create_database("changning")
    with psycopg.connect(server.url("changning")) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as n")
    os.kill(server.pid(), signal.SIGKILL)
    assert server.start()
    with psycopg.connect(server.url("changning")) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)
    assert server.stop()
    assert server.pid() is None


def test_half_made_cluster_is_made_again(data):
    (data / "pg" / "cluster.new").mkdir(parents=True)
    (data / "pg" / "cluster").mkdir()
    assert Postgres(data).start()


def test_queue_after_kill_9_starts_again_with_its_tasks(data):
    server = Valkey(data)
    assert server.start()
    assert not Valkey(data).start()
    client = redis.Redis(unix_socket_path=str(server.sock))
    client.rpush("tasks", *range(100))
    time.sleep(1.2)  # the append-only file is synchronised every second
    os.kill(server._recorded(), signal.SIGKILL)
    assert server.start()
    assert client.llen("tasks") == 100
    assert server.stop()


def test_four_starters_at_once_share_one_cluster_and_the_last_stops_it(data):
    code = "import time\nprint(embedded.ensure_database())\ntime.sleep(2)\nembedded.leave()"
    starters = [python(code, data) for _ in range(4)]
    assert sorted(starter.communicate(timeout=60)[0].strip() for starter in starters) == ["False"] * 3 + [
        "True"
    ]
    assert Postgres(data).pid() is None


def test_user_killed_with_9_does_not_keep_the_cluster_up(data):
    victim = python("embedded.ensure_database()\nprint('up', flush=True)\nimport time\ntime.sleep(60)", data)
    victim.stdout.readline()
    victim.kill()
    victim.wait()
    victim.stdout.close()
    assert Postgres(data).pid()
    python("embedded.ensure_database()\nembedded.leave()", data).communicate(timeout=60)
    assert Postgres(data).pid() is None


def test_nothing_embedded_starts_when_servers_are_named(data):
    code = "print(embedded.ensure_database(), embedded.ensure_broker())"
    with python(
        code, data, DATABASE_URL="postgresql://elsewhere/x", REDIS_URL="redis://elsewhere"
    ) as process:
        assert process.communicate(timeout=30)[0].split() == ["False", "False"]
    assert list(data.iterdir()) == []
