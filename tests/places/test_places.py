import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from places.actions import adjust, load_map
from places.models import Community, Street

pytestmark = pytest.mark.django_db


def test_load_map_brings_ten_streets_in_official_order_and_189_communities():
    assert load_map() == (10, 189)
    assert load_map() == (0, 0)
    names = list(Street.objects.values_list("name", flat=True))
    assert (names[0], names[5], names[-1]) == ("华阳路街道", "仙霞新村街道", "新泾镇")
    assert Community.objects.count() == 189


def test_a_merge_closes_the_old_communities_and_keeps_them(cast):
    change = adjust(
        kind="merge", before=[cast.jia1, cast.jia2], after=[{"code": "999901001009", "name": "甲新居委会", "street": cast.jia}],
        on=datetime.date(2026, 1, 1), legal_basis="甲街〔2026〕1号", by=cast.officer,
    )  # fmt: skip
    cast.jia1.refresh_from_db()
    assert cast.jia1.closed_on == datetime.date(2026, 1, 1)
    assert [c.name for c in change.after.all()] == ["甲新居委会"]


def test_a_split_into_one_is_refused(cast):
    with pytest.raises(ValidationError, match="至少要有两个"):
        adjust(
            kind="split",
            before=[cast.jia1],
            after=[],
            on=datetime.date(2026, 1, 1),
            legal_basis="x",
            by=cast.officer,
        )
    cast.jia1.refresh_from_db()
    assert cast.jia1.closed_on is None


def test_only_the_district_may_adjust(cast, sign_in):
    assert sign_in(cast.street).get(reverse("places:adjust")).status_code == 403
    assert sign_in(cast.officer).get(reverse("places:adjust")).status_code == 200


def test_the_district_splits_a_community_in_the_browser_form(cast, sign_in):
    data = {
        "kind": "split", "before": [cast.jia1.pk], "street": cast.jia.pk, "on": "2026-03-01", "legal_basis": "批复1号",
        "after": "999901001011 甲一东居委会\n999901001012 甲一西居委会",
    }  # fmt: skip
    assert sign_in(cast.officer).post(reverse("places:adjust"), data).status_code == 302
    assert set(Community.objects.filter(closed_on=None).values_list("name", flat=True)) == {
        "甲二居委会", "乙一居委会", "甲一东居委会", "甲一西居委会"
    }  # fmt: skip


def test_places_page_shows_only_the_own_area(cast, sign_in):
    page = sign_in(cast.street).get(reverse("places:list")).content.decode()
    assert "甲一居委会" in page
    assert "乙一居委会" not in page
