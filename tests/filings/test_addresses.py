"""Addresses that nobody types by accident."""

import pytest


@pytest.mark.parametrize(
    "url",
    [
        "/filings/start/", "/filings/", "/filings/reviews/", "/filings/groups/", "/filings/events/", "/filings/events/start/",
        "/orgs/activities/", "/orgs/activities/new/", "/filings/reconcile/", "/filings/checks/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", ["\x00", "%' OR 1=1 --", "<script>", "x" * 3000, "１２３"])
def test_no_search_breaks(url, words, cast, sign_in, make_org):
    make_org()
    answer = sign_in(cast.street).get(url, {"q": words, "street": words, "page": words, "sort": words})
    assert answer.status_code in (200, 400, 404)
    if words == "\x00":
        assert "有不能识别的字符" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("<main")[-1]


@pytest.mark.parametrize(
    "url", ["/filings/begin/register/999999999999/", "/filings/begin/new/1/", "/filings/begin/x/1/"]
)
def test_what_does_not_exist_is_404(url, cast, sign_in):
    assert sign_in(cast.committee).get(url).status_code == 404
