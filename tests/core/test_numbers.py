"""What asks for a whole number gets anything: digits without end, digits of other scripts, none at all."""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver, reverse
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import whole
from core.registry import BY_ADDRESS

ROOT = Path(__file__).parents[2]
STRANGE = ["9" * 4400, "١٢٣", "²", "-1", "+1", "1_000", " 1", "1\n", "0x1", "1e3", "一", "\u200b1"]


@pytest.mark.parametrize("text", [*STRANGE, "", None, "9" * 19, 1.5])
def test_anything_else_is_no_whole_number(text):
    assert whole(text) is None


@given(st.text() | st.integers(0, 10**18 - 1).map(str))
def test_whatever_is_taken_is_what_was_written(text):
    number = whole(text)
    assert number is None or (0 <= number < 10**18 and str(number) == (text.lstrip("0") or "0"))


def test_nothing_else_reads_the_digits_of_a_request():
    """`isdecimal` is true of digits that `int` cannot take in thousands, and of other scripts' digits."""
    apps = ["core", "places", "accounts", "orgs", "filings", "reports"]
    sources = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    assert [p for p in sources if re.search(r"\.is(decimal|digit|numeric)\(", p.read_text())] == []


ASKED = [
    ("orgs:list", "size"), ("orgs:list", "street"), ("orgs:list", "community"), ("filings:list", "street"),
    ("filings:lines", "run"), ("filings:lines", "street"), ("settings:holidays", "year"),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("text", STRANGE)
@pytest.mark.parametrize(("page", "name"), ASKED)
def test_a_page_answers_whatever_number_it_is_asked_for(page, name, text, cast, sign_in):
    assert sign_in(cast.officer).get(reverse(page), {name: text}).status_code in (200, 404)


@pytest.mark.django_db
def test_every_list_answers_a_head_as_it_answers_a_get(cast, sign_in):
    assert get_resolver().url_patterns  # loaded with every view, and so with every list
    lists = [reverse(name) for name in BY_ADDRESS if name]
    assert len(lists) > 12
    shown = set()
    for person in (cast.officer, cast.street, cast.committee, cast.sysadmin, cast.secadmin, cast.auditor):
        client = sign_in(person)
        for url in lists:
            status = client.head(url).status_code
            assert status == client.get(url).status_code
            shown |= {url} if status == 200 else set()
    assert shown == set(lists)
