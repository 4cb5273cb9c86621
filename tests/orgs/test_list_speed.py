"""A list takes the same few statements however many rows it shows and whatever it is filtered by."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.models import User
from orgs import search
from orgs.models import Organization

FILTERS = [
    {},
    {"tier": "team"},
    {"tier": "team", "status": "filed", "category": "culture", "dormancy": "active"},
    {"q": "合唱"},
    {"q": "hechang", "tier": "team"},
    {"grade": "3A", "certificate": "90", "inactive": "2026-01-01", "field": "supply"},
    {"sort": "-active"},
]


@pytest.fixture
def many(cast):
    """210 teams, more than the largest page."""
    rows = []
    for number in range(210):
        name = f"甲一第{number}合唱队"
        text, terms = search.keys(name)
        rows.append(
            Organization(
                tier="team", status="filed", name=name, category="culture", street=cast.jia, community=cast.jia1,
                sort_key=search.sort_key(name), search_text=text, search_terms=terms,
            )
        )  # fmt: skip
    Organization.objects.bulk_create(rows)


def statements(client, query: dict) -> int:
    client.get("/orgs/", query)
    with CaptureQueriesContext(connection) as captured:
        response = client.get("/orgs/", query)
    assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", FILTERS, ids=str)
def test_statements_are_constant_at_25_100_and_200_rows(many, cast, sign_in, query):
    client = sign_in(cast.officer)
    counts = {statements(client, query | {"size": size}) for size in (25, 100, 200)}
    assert len(counts) == 1
    assert counts.pop() <= 8


@pytest.mark.parametrize("role", ["officer", "street", "committee"])
def test_everything_filtered_at_once_stays_within_eight_statements(many, cast, sign_in, role):
    query = {k: v for each in FILTERS for k, v in each.items()}
    query |= {"street": cast.jia.pk, "community": cast.jia1.pk, "size": 200}
    assert statements(sign_in(getattr(cast, role)), query) <= 8


def test_whoever_sees_several_districts_chooses_a_district_before_a_street(many, cast, sign_in):
    other = type(cast.district).objects.create(code="999902", name="乙区")
    everywhere = User.objects.create_user(
        "市民政", "Demo-2026", role=Role.DISTRICT_OFFICER, must_change_password=False
    )
    client = sign_in(everywhere)
    page = client.get("/orgs/").content.decode()
    assert "甲区" in page and "乙区" in page and ">甲街街道</option>" not in page
    page = client.get("/orgs/", {"district": cast.district.pk}).content.decode()
    assert ">甲街街道</option>" in page and 'data-count="210"' in page
    assert 'data-count="0"' in client.get("/orgs/", {"district": other.pk}).content.decode()


def test_tabs_add_up_to_the_whole(many, cast, sign_in, make_org):
    make_org("一组", tier="group")
    page = sign_in(cast.officer).get("/orgs/").context
    counts = [tab["count"] for tab in page["tabs"]]
    assert counts == [211, 0, 210, 1]
    assert page["count"] == counts[0] == sum(itertools.islice(counts, 1, None))
