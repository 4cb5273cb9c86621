"""Pages by key: forwards and back they show every row once, in order, whatever the values are."""

import datetime

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.lists.paging import COUNT_LIMIT, KeysetPage, capped_counts
from core.models import Job
from orgs.models import Organization

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def walk(queryset, path: str, size: int, descending: bool = False) -> list[list[int]]:
    """The ids of every page, forwards."""
    pages, token = [], ""
    while True:
        page = KeysetPage(queryset, path, size, token, descending)
        pages.append([row[0] for row in page.rows([path])])
        if not page.next:
            return pages
        token = page.next


def walk_back(queryset, path: str, size: int, descending: bool = False) -> list[list[int]]:
    """The ids of every page, from the last one back to the first, turned round."""
    token = ""
    while True:
        page = KeysetPage(queryset, path, size, token, descending)
        rows = [row[0] for row in page.rows([path])]
        if not page.next:
            break
        token = page.next
    pages = [rows]
    while page.previous:
        page = KeysetPage(queryset, path, size, page.previous, descending)
        pages.append([row[0] for row in page.rows([path])])
    return pages[::-1]


def expected(values: list, ids: list[int], descending: bool) -> list[int]:
    """Nothing comes last; ties go by id; descending is the exact reverse."""
    order = sorted(
        zip(values, ids, strict=True), key=lambda pair: (pair[0] is None, pair[0] or START, pair[1])
    )
    found = [pk for _, pk in order]
    return found[::-1] if descending else found


def make(values: list) -> list[int]:
    Job.objects.all().delete()
    made = [Job.objects.create(kind="test", title="一", started_at=v) for v in values]
    return [job.pk for job in made]


moments = st.one_of(st.none(), st.integers(0, 3).map(lambda n: START + datetime.timedelta(days=n)))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(moments, max_size=14), size=st.integers(1, 5), descending=st.booleans())
def test_every_row_is_shown_once_in_order_forwards_and_back(values, size, descending):
    ids = make(values)
    right = expected(values, ids, descending)
    forwards = walk(Job.objects.all(), "started_at", size, descending)
    assert [pk for page in forwards for pk in page] == right
    assert all(len(page) == size for page in forwards[:-1])
    back = walk_back(Job.objects.all(), "started_at", size, descending)
    assert [pk for page in back for pk in page] == right


def test_the_first_page_has_no_way_back_and_the_last_none_forward(make_org):
    for number in range(5):
        make_org(f"队{number}")
    first = KeysetPage(Organization.objects.all(), "sort_key", 3)
    first.rows(["name"])
    assert (first.previous, bool(first.next)) == (None, True)
    last = KeysetPage(Organization.objects.all(), "sort_key", 3, first.next)
    assert len(last.rows(["name"])) == 2
    assert (bool(last.previous), last.next) == (True, None)


def test_a_page_starts_in_the_index_not_at_the_beginning(make_org):
    for number in range(4):
        make_org(f"队{number}")
    first = KeysetPage(Organization.objects.all(), "sort_key", 2)
    first.rows(["name"])
    with CaptureQueriesContext(connection) as captured:
        KeysetPage(Organization.objects.all(), "sort_key", 2, first.next).rows(["name"])
    (statement,) = captured
    assert '"orgs_organization"."sort_key" >=' in statement["sql"]
    assert "OFFSET" not in statement["sql"]


@pytest.mark.parametrize("token", ["x", "eyJ2IjoxfQ:1:abc"])
def test_a_token_that_was_not_given_out_is_not_found(db, token):
    with pytest.raises(Http404):
        KeysetPage(Organization.objects.all(), "sort_key", 2, token)


def test_counts_come_in_one_statement_and_stop_at_the_limit(make_org, monkeypatch):
    for number in range(4):
        make_org(f"队{number}")
    monkeypatch.setattr("core.lists.paging.COUNT_LIMIT", 3)
    rows = Organization.objects.all()
    with CaptureQueriesContext(connection) as captured:
        assert capped_counts(rows, rows.none(), rows.filter(name="队1")) == [3, 0, 1]
    assert len(captured) == 1
    assert COUNT_LIMIT == 10_001
