"""A private cluster for the run, browser tests, and the promise of .ci/run that nothing was skipped.

Loaded by `make test` with -p, which is before pytest-django reads the settings.
"""

import os
import shutil

import pytest

# Importing changning imports its Celery application, which else would name the settings of development.
os.environ["DJANGO_SETTINGS_MODULE"] = "changning.settings.test"

from django.conf import settings  # noqa: E402

from changning import embedded  # noqa: E402
from changning.embedded.testing import use_private_data_dir  # noqa: E402

if (
    settings.configured
):  # a bare pytest, loaded by tests/conftest.py: the settings know the addresses of DATA_DIR
    embedded.leave_at_exit()
else:
    use_private_data_dir()
REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"


def chromium_path() -> str | None:
    """CHROMIUM names another one."""
    names = (os.environ.get("CHROMIUM") or "", "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


def pytest_configure(config: pytest.Config) -> None:
    # Playwright's event loop makes Django believe that it is called from asynchronous code.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not shutil.which("soffice"):  # the checks of print settings stay
        office = [item for item in items if item.get_closest_marker("office")]
        config.hook.pytest_deselected(items=office)
        items[:] = [item for item in items if item not in office]
    if chromium_path():
        return
    skip = pytest.mark.skip(
        reason="本机没有 Chromium，跳过浏览器测试（apt-get install chromium fonts-noto-cjk）"
    )
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(skip)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if REQUIRED and not hasattr(session.config, "workerinput") and skipped(session.config):
        session.exitstatus = exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if REQUIRED and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("REQUIRE_BROWSER=1: no test may be skipped", red=True)


def skipped(config: pytest.Config) -> bool:
    reporter = config.pluginmanager.getplugin("terminalreporter")
    return bool(reporter and reporter.stats.get("skipped"))
