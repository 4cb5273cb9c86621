"""Every list registers itself here, so that `check_scope` can walk all of them."""

LISTS: list[type] = []


def register(view: type) -> type:
    """Class decorator of a ListView whose `url_name` and `detail_url_name` are routable."""
    LISTS.append(view)
    return view
