"""Every list registers itself here, and every page whose numbers open lists, so that `check_scope` can walk all of them."""

LISTS: list[type] = []
NUMBER_PAGES: list[str] = []


def register(view: type) -> type:
    """Class decorator of a ListView whose `url_name` and `detail_url_name` are routable."""
    LISTS.append(view)
    return view


def numbers_on(url_name: str) -> str:
    """Name a page on which every number that links to a list must be the length of that list."""
    NUMBER_PAGES.append(url_name)
    return url_name
