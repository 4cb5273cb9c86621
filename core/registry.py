"""Every list registers itself here, and every page whose numbers open lists, so that `check_scope` can walk all of them."""

from django.urls import get_resolver

LISTS: list[type] = []
BY_ADDRESS: dict[str, type] = {}  # url_name → every ListView, also those without a jurisdiction to check
NUMBER_PAGES: list[str] = []


def register(view: type) -> type:
    """Class decorator of a ListView whose `url_name` and `detail_url_name` are routable."""
    LISTS.append(view)
    return view


def numbers_on(url_name: str) -> str:
    """Name a page on which every number that links to a list must be the length of that list."""
    NUMBER_PAGES.append(url_name)
    return url_name


def list_named(url_name: str) -> type | None:
    """The list with this address, also in a process that serves no pages."""
    get_resolver().url_patterns  # noqa: B018 - imports every view
    return BY_ADDRESS.get(url_name)
