"""What apps register with core, which knows none of them: lists, pages of numbers, parameters, pages of settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import get_resolver

from core.policy import Declared

FLOWS: dict[str, Any] = {}  # key of a workflow → `core.casework.workflow.Flow`, in the order of their making
LISTS: list[type] = []
BY_ADDRESS: dict[str, type] = {}  # url_name → every ListView, also those without a jurisdiction to check
NUMBER_PAGES: list[str] = []
DEMO: list[str] = []


@dataclass(frozen=True)
class ParameterGroup:
    """The dated numbers of one app. rehearse: dotted path of a function
    (declared, value, effective_from, user) → `core.settings.rehearsal.Rehearsal`, or None when nothing can be told beforehand."""

    title: str
    declared: Sequence[Declared]
    rehearse: str = ""


@dataclass(frozen=True)
class SettingsPage:
    title: str
    url_name: str


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


TABS: dict[type, list[Tab]] = {}  # model → tabs on the page of its records


def tab(model: type, found: Tab) -> None:
    TABS.setdefault(model, []).append(found)


def tabs(record, user) -> list[tuple[Tab, dict]]:
    """The tabs that other apps add to a record's page, with their contexts."""
    offered = [(one, one.context(record, user)) for one in TABS.get(type(record), ())]
    return [(one, context) for one, context in offered if context is not None]


Hold = Callable[[QuerySet], dict[int, str]]
HOLDS: dict[type, list[Hold]] = {}  # model → what other apps have under way that a direct act must wait for


def hold(model: type, find: Hold) -> None:
    """find(rows) → {pk: a sentence} of those records on which nobody may decide directly just now."""
    HOLDS.setdefault(model, []).append(find)


def held(rows: QuerySet) -> dict[int, str]:
    return {pk: words for find in HOLDS.get(rows.model, ()) for pk, words in find(rows).items()}


PAGES: dict[str, str] = {}  # url_name → title of a page that is no list, for whoever reads the audit
Finder = Callable[[str, dict], Sequence[int]]
FINDERS: dict[type, Finder] = {}  # model → how the audit finds its records by name


def pages(titles: dict[str, str]) -> None:
    """Name pages, and with them all addresses below theirs."""
    PAGES.update(titles)


def findable(model: type, find: Finder) -> None:
    """find(text, found) → keys of the records, whatever their place, that bear such a name now or bore it once.

    found: model → keys, of what was registered before.
    """
    FINDERS[model] = find


TIDYING: list[Callable[[], object]] = []  # what apps delete at night when it is too old to matter

Ways = Callable[[object, object], list[tuple[str, str]]]
WAYS: dict[type, list[Ways]] = {}  # model → what other apps offer instead of changing a record directly


def way(model: type, find: Ways) -> None:
    """find(record, user) → [(words, address)] of what this person can begin to have the record changed."""
    WAYS.setdefault(model, []).append(find)


def ways(record, user) -> list[tuple[str, str]]:
    return [one for find in WAYS.get(type(record), ()) for one in find(record, user)]


PARAMETERS: list[ParameterGroup] = []
SETTINGS: list[SettingsPage] = []


def register(view: type) -> type:
    """Class decorator of a ListView whose `url_name` and `detail_url_name` are routable."""
    LISTS.append(view)
    return view


def numbers_on(url_name: str) -> str:
    """Name a page on which every number that links to a list must be the length of that list."""
    NUMBER_PAGES.append(url_name)
    return url_name


def declare(title: str, declared: Sequence[Declared], rehearse: str = "") -> None:
    """Put an app's dated numbers on the settings page; called from its `apps.py` when it is ready."""
    PARAMETERS.append(ParameterGroup(title, tuple(declared), rehearse))


def settings_page(title: str, url_name: str) -> None:
    """Add a tab to the settings; it extends `core/settings/frame.html`."""
    SETTINGS.append(SettingsPage(title, url_name))


def demo(path: str) -> None:
    """Dotted path of a function (today) → (what, how many) that adds an app's part to the demo data."""
    DEMO.append(path)


def list_named(url_name: str) -> type | None:
    """The list with this address, also in a process that serves no pages."""
    get_resolver().url_patterns  # noqa: B018 - imports every view
    return BY_ADDRESS.get(url_name)
