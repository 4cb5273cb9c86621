"""What apps register with core, which knows none of them: lists, pages of numbers, parameters, pages of settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import get_resolver

from core.policy import Declared

LISTS: list[type] = []
BY_ADDRESS: dict[str, type] = {}  # url_name → every ListView, also those without a jurisdiction to check
NUMBER_PAGES: list[str] = []


@dataclass(frozen=True)
class ParameterGroup:
    """The dated numbers of one app. rehearse: dotted path of a function
    (declared, value, effective_from, user) → `core.rehearsal.Rehearsal`, or None when nothing can be told beforehand."""

    title: str
    declared: Sequence[Declared]
    rehearse: str = ""


@dataclass(frozen=True)
class SettingsPage:
    title: str
    url_name: str


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


def list_named(url_name: str) -> type | None:
    """The list with this address, also in a process that serves no pages."""
    get_resolver().url_patterns  # noqa: B018 - imports every view
    return BY_ADDRESS.get(url_name)
