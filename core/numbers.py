"""Whole numbers in addresses and forms: anybody may have written them, so one function reads them."""

import re

WHOLE = re.compile(r"[0-9]{1,18}")  # whatever the database counts fits


def whole(text: object) -> int | None:
    """The number that up to 18 ASCII digits write; None for anything else, also for digits of other scripts."""
    return int(found[0]) if (found := WHOLE.fullmatch(str(text))) else None
