"""The lists of packages belong together: what tests and benchmarks run on is what the product runs on."""

import re

import pytest

from dev.common import ROOT


def pinned(name: str) -> set[str]:
    """name==version of every package of a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text().lower()
    return set(re.findall(r"(?m)^([a-z0-9][\w.-]*==[^\s;\\]+)", text))


@pytest.mark.parametrize("name", ["dev", "bench"])
def test_a_lock_holds_every_package_of_the_product_in_its_version(name):
    assert pinned("runtime")
    assert pinned("runtime") - pinned(name) == set()
