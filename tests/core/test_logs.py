"""Logs tell that something happened, and nothing that anybody typed."""

import importlib.util
import logging
import logging.config
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

pytestmark = pytest.mark.django_db
TYPED, NUMBER = "张阿姨家里", "13800001234"


@pytest.fixture
def written(tmp_path):
    """written() → what the console of a server got, by the very settings of production."""
    path = tmp_path / "log"
    wanted = settings.LOGGING["handlers"]["console"] | {"class": "logging.FileHandler", "filename": str(path)}
    config = settings.LOGGING | {"handlers": {"console": wanted}}
    logging.config.dictConfig(config)
    yield lambda: path.read_text("utf-8")
    logging.config.dictConfig(settings.LOGGING)


def test_a_refusal_is_one_line_without_what_was_typed(written, cast, sign_in, make_org, client):
    organization = make_org()
    sign_in(cast.other_street).get(organization.get_absolute_url(), {"q": TYPED})
    sign_in(cast.auditor).get("/orgs/", {"q": TYPED})
    sign_in(cast.street).get(f"/{TYPED}/{NUMBER}/")
    client.get("/public/filings/ABCD-EFGH/")
    lines = written().splitlines()
    assert len(lines) == 4
    assert "404 GET orgs/<int:pk>/" in lines[0]
    assert "403 GET orgs/" in lines[1]
    assert "404 GET public/filings/<str:code>/" in lines[3]
    for words in (TYPED, NUMBER, "Traceback", "ABCD"):
        assert words not in written()


def test_a_real_fault_keeps_its_traceback_but_not_the_row(written, make_org):
    organization = make_org("百灵鸟合唱队", contact_phone=NUMBER)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE orgs_organization SET street_id = NULL WHERE id = %s", [organization.pk])
    except IntegrityError:
        logging.getLogger("core.jobs").exception("job %s failed with %s", 7, NUMBER)
    text = written()
    assert "Traceback" in text and "IntegrityError" in text
    assert NUMBER not in text and "百灵鸟" not in text and "DETAIL" not in text


def test_a_broken_page_is_told_by_its_route(written, cast, sign_in, monkeypatch, make_org):
    organization = make_org()
    client = sign_in(cast.street)
    client.raise_request_exception = False

    def broken(*args, **kwargs):
        raise RuntimeError(f"Tel. {NUMBER}")

    monkeypatch.setattr("orgs.views.register.register.timeline", broken)
    assert client.get(organization.get_absolute_url(), {"q": TYPED}).status_code == 500
    text = written()
    assert "500 GET orgs/<int:pk>/" in text and "RuntimeError" in text
    assert NUMBER not in text and TYPED not in text


@pytest.fixture
def gunicorn_logger():
    found = importlib.util.spec_from_file_location("conf", Path(settings.BASE_DIR) / "gunicorn.conf.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    from gunicorn.config import Config  # noqa: PLC0415

    config = Config()
    config.set("access_log_format", module.access_log_format)
    return module.logger_class(config), module.access_log_format


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/orgs/12/phone/", "/orgs/12/phone/"),
        ("/public/filings/ABCDEFGH/", "/public/filings/…/"),
        (f"/{TYPED}/x/", "/…/x/"),
        (f"/orgs/{NUMBER}/", "/orgs/…/"),
    ],
)
def test_the_access_log_holds_no_query_no_code_and_no_name(path, shown, gunicorn_logger):
    logger, wanted = gunicorn_logger
    environ = {
        "REQUEST_METHOD": "GET", "RAW_URI": f"{path}?q={TYPED}", "SERVER_PROTOCOL": "HTTP/1.1", "QUERY_STRING": f"q={TYPED}",
        "PATH_INFO": path.encode().decode("latin-1"), "HTTP_REFERER": f"http://x/?q={TYPED}", "REMOTE_ADDR": "10.0.0.1",
    }  # fmt: skip
    response = SimpleNamespace(status="200 OK", sent=5, headers=[])
    spent = SimpleNamespace(seconds=0, microseconds=5)
    line = wanted % logger.atoms(response, SimpleNamespace(headers=[]), environ, spent)
    assert f"GET {shown} 200" in line
    assert TYPED not in line


def test_a_worker_writes_by_the_same_format():
    code = (
        "import django; django.setup(); import logging; from changning.celery import app; "
        "app.log.setup_logging_subsystem(loglevel='INFO'); "
        "logging.getLogger('core.jobs').error('Tel. 13800001234\\nDETAIL:  Key (name)=(x)'); "
        "logging.getLogger('celery.task').error('Tel. 13800001234')"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "changning.settings.test"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    text = done.stdout + done.stderr
    assert text.count("Tel. *******") == 2
    assert NUMBER not in text and "DETAIL" not in text
