"""What apps tell core, which knows none of them.

Each app does so in its `declarations.py`, which is read once, at start, in the order of the installed apps; then the registry is closed.
Lists, pages of numbers and pages of settings alone come later: they are registered where they are defined, when the addresses are read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.urls import get_resolver

from core.policy import Declared

_closed = False


class Entries(dict):
    """Declarations of one kind by their key. What is declared twice, or after the start, stops the start."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind

    def add(self, key, value) -> None:
        if _closed:
            raise ImproperlyConfigured(f"{self.kind} {key}: belongs in the declarations.py of its app")
        if key in self:
            raise ImproperlyConfigured(f"{self.kind} {key}: declared twice")
        self[key] = value

    def append(self, key, value) -> None:
        """One more value of the key."""
        if key not in self:
            self.add(key, [])
        elif _closed:
            raise ImproperlyConfigured(f"{self.kind} {key}: belongs in the declarations.py of its app")
        self[key].append(value)


def close() -> None:
    """Called once every app has declared what it has."""
    global _closed
    _closed = True


# ---- workflows, to-do, background work ----

FLOWS: dict[str, Any] = Entries("workflow")  # key → `core.casework.workflow.Flow`
TODO: dict[str, Callable] = Entries("to-do source")
TIDYING: dict[str, Callable[[], object]] = Entries("tidying")


def flow(found) -> None:
    FLOWS.add(found.workflow.key, found)


def todo(source: Callable) -> None:
    """source(user, today) → the entries (`core.casework.todo.Entry`) that this person can act on."""
    TODO.add(_path(source), source)


def tidying(work: Callable[[], object]) -> None:
    """What is deleted every hour because it is too old to matter."""
    TIDYING.add(_path(work), work)


@dataclass(frozen=True)
class JobKind:
    """How work of one kind is sent and shown, and what becomes of its upload.

    task: a Celery task that takes the job's id; page: url name of its own page, if it has one; uploaded: its file was sent in by a
    person and is deleted after a dated while, and then forget(job) deletes what was made of it.
    """

    task: Any
    page: str = ""
    uploaded: bool = False
    forget: Callable[[Any], None] = lambda job: None


JOBS: dict[str, JobKind] = Entries("kind of job")


def job(kind: str, task, **more) -> None:
    JOBS.add(kind, JobKind(task, **more))


# ---- dated numbers, demo data ----


@dataclass(frozen=True)
class ParameterGroup:
    """The dated numbers of one app. rehearse: dotted path of a function
    (declared, value, effective_from, user) → `core.settings.rehearsal.Rehearsal`, or None when nothing can be told beforehand."""

    title: str
    declared: Sequence[Declared]
    rehearse: str = ""


PARAMETERS: dict[str, ParameterGroup] = Entries("dated numbers")
DEMO: dict[str, str] = Entries("demo data")


def declare(title: str, declared: Sequence[Declared], rehearse: str = "") -> None:
    """Put an app's dated numbers on the settings page."""
    PARAMETERS.add(title, ParameterGroup(title, tuple(declared), rehearse))


def demo(path: str) -> None:
    """Dotted path of a function (today) → (what, how many) that adds an app's part to the demo data."""
    DEMO.add(path, path)


# ---- what an app adds to the records of another ----


@dataclass(frozen=True)
class Tab:
    """What an app adds to the page of another app's record, of which that one knows nothing.

    template: drawn with what `context(record, user)` gives; `context` answers None where the tab makes no sense;
    its entry `count` stands beside the title.
    """

    key: str
    title: str
    template: str
    context: Callable


Hold = Callable[[QuerySet], dict[int, str]]
Ways = Callable[[object, object], list[tuple[str, str]]]
TABS: dict[type[Model], list[Tab]] = Entries("tabs of")
HOLDS: dict[type[Model], list[Hold]] = Entries("holds on")
WAYS: dict[type[Model], list[Ways]] = Entries("ways to change")


def tab(model: type[Model], found: Tab) -> None:
    TABS.append(model, found)


def tabs(record, user) -> list[tuple[Tab, dict]]:
    """The tabs that other apps add to a record's page, with their contexts."""
    offered = [(one, one.context(record, user)) for one in TABS.get(type(record), ())]
    return [(one, context) for one, context in offered if context is not None]


def hold(model: type[Model], find: Hold) -> None:
    """find(rows) → {pk: a sentence} of those records on which nobody may decide directly just now."""
    HOLDS.append(model, find)


def held(rows: QuerySet) -> dict[int, str]:
    return {pk: words for find in HOLDS.get(rows.model, ()) for pk, words in find(rows).items()}


def way(model: type[Model], find: Ways) -> None:
    """find(record, user) → [(words, address)] of what this person can begin to have the record changed."""
    WAYS.append(model, find)


def ways(record, user) -> list[tuple[str, str]]:
    return [one for find in WAYS.get(type(record), ()) for one in find(record, user)]


# ---- names for whoever reads the audit ----

Finder = Callable[[str, dict], Sequence[int]]
PAGES: dict[str, str] = Entries("page")  # url name → title of a page that is no list
FINDERS: dict[type[Model], Finder] = Entries("finder of")


def pages(titles: dict[str, str]) -> None:
    """Name pages, and with them all addresses below theirs."""
    for name, title in titles.items():
        PAGES.add(name, title)


def findable(model: type[Model], find: Finder) -> None:
    """find(text, found) → keys of the records, whatever their place, that bear such a name now or bore it once.

    found: model → keys, of what was declared before.
    """
    FINDERS.add(model, find)


# ---- registered by the views themselves ----


@dataclass(frozen=True)
class SettingsPage:
    title: str
    url_name: str


LISTS: list[type] = []
BY_ADDRESS: dict[str, type] = {}  # url name → every ListView, also those without a jurisdiction to check
NUMBER_PAGES: list[str] = []
SETTINGS: list[SettingsPage] = []


def register(view: type) -> type:
    """Class decorator of a ListView whose `url_name` and `detail_url_name` are routable."""
    LISTS.append(view)
    return view


def numbers_on(url_name: str) -> str:
    """Name a page on which every number that links to a list must be the length of that list."""
    NUMBER_PAGES.append(url_name)
    return url_name


def settings_page(title: str, url_name: str) -> None:
    """Add a tab to the settings; it extends `core/settings/frame.html`."""
    SETTINGS.append(SettingsPage(title, url_name))


def list_named(url_name: str) -> type | None:
    """The list with this address, also in a process that serves no pages."""
    get_resolver().url_patterns  # noqa: B018 - imports every view
    return BY_ADDRESS.get(url_name)


def _path(function: Callable) -> str:
    return f"{function.__module__}.{function.__qualname__}"
