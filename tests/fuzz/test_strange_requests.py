"""Whatever is sent to whatever address by whomever, the answer is a page: 2xx to 4xx, and a refusal is said in a sentence.

FUZZ requests are made (300), from the seed FUZZ_SEED (0): `FUZZ=10000 FUZZ_SEED=7 make test ARGS="-n 0 tests/fuzz"`.
"""

import io
import os
import traceback
from collections import Counter
from http import HTTPStatus
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from accounts.models import User
from changning import embedded
from tests.fuzz import strange
from tests.fuzz.harvest import Offer, harvest, routes

REQUESTS, SEED = int(os.environ.get("FUZZ", "300")), int(os.environ.get("FUZZ_SEED", "0"))
ALL = list(HealthCheck)
ACCOUNTS = ["district", "street", "committee", "leader", "sysadmin", "secadmin", "auditor"]


class Upload(io.BytesIO):
    """A file for the client to send under a name that Django itself would not make."""

    def __init__(self, name: str, content: bytes):
        super().__init__(content)
        self.name = name


@st.composite
def requests(draw, known, route):
    """(account, method, path, keyword arguments of Client.generic) of a request to an address of this pattern."""
    welcome = [name for name, offer in known.offers.items() if route in offer.routes]
    who = draw(st.sampled_from([*welcome * 3, *ACCOUNTS, ""]))
    offer, names = known.offers.get(who, known.nobody), known.names
    headers = draw(st.lists(st.sampled_from(sorted(strange.HEADERS)), max_size=2))
    extra = {name: draw(strange.HEADERS[name]) for name in headers if draw(st.booleans())}
    forms = [form for (action, _), form in offer.forms.items() if action == route]
    if forms and draw(st.integers(0, 2)):
        form = draw(st.sampled_from(forms))
        pairs = draw(strange.changed(form, names))
        if form.method == "GET":
            return who, "GET", f"{form.action.partition('?')[0]}?{urlencode(pairs, errors='replace')}", extra
        sent = draw(st.lists(st.tuples(st.sampled_from([*form.files, "file"]), strange.files()), max_size=2))
        data = {}
        for key, value in pairs:
            data.setdefault(key, []).append(value)
        data |= {key: Upload(name, content) for key, (name, content) in sent}
        return who, "POST", form.action, extra | {"data": data}
    path = draw(strange.paths(route, offer.routes.get(route))) + "?" + draw(strange.queries(names))
    method = draw(st.sampled_from(strange.METHODS))
    if method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        return who, method, path, extra
    kind, body = draw(strange.bodies)
    return who, method, path, extra | {"content_type": kind, "data": body}


@pytest.fixture
def known(db):
    """The demo district, the sessions of its people, and what its pages offer to each of them."""
    embedded.ensure_broker()  # which /healthz asks for
    call_command("seed_demo", "--if-empty")
    call_command("demo_accounts")
    found = SimpleNamespace(offers={}, nobody=Offer(), sessions={"": Client()}, routes=routes())
    for name in ACCOUNTS:
        client = found.sessions[name] = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=name), backend="accounts.backends.AreaBackend")
        harvest(client, found.offers.setdefault(name, Offer()))
    harvest(Client(raise_request_exception=False), found.nobody, "/accounts/login/")
    every = [*found.offers.values(), found.nobody]
    found.names = sorted(set().union(*(offer.names for offer in every)))
    found.broken = [line for offer in every for line in offer.broken]
    return found


def send(known, who, method, path, extra):
    """The answer of one request, whose writing is taken back; a stream is read to its end."""
    client = Client(raise_request_exception=False)
    client.cookies.update(known.sessions[who].cookies)
    data = extra.pop("data", b"")
    with transaction.atomic():
        form = isinstance(data, dict)
        answer = client.post(path, data, **extra) if form else client.generic(method, path, data, **extra)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer, content


def complaint(answer, content, method) -> str:
    """What is wrong with an answer, with the place where an error came up; empty when nothing is."""
    status = answer.status_code
    if answer.exc_info:
        where = traceback.extract_tb(answer.exc_info[2])[-1]
        error = answer.exc_info[1]
        return f"{type(error).__name__} at {where.filename}:{where.lineno}: {str(error)[:200]}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"status {status}"
    if status < HTTPStatus.BAD_REQUEST or method == "HEAD":
        return ""
    told = "text/html" in answer["Content-Type"] and "。" in content.decode()
    return "" if told else f"{status} without a sentence: {content[:80]!r}"


@pytest.mark.slow
@pytest.mark.django_db
def test_every_request_is_answered_with_a_page(known):
    faults: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    each = -(-REQUESTS // len(known.routes))

    def judge(request):
        who, method, path, extra = request
        sent = repr(extra)[:300]
        answer, content = send(known, who, method, path, extra)
        statuses[answer.status_code] += 1
        found = complaint(answer, content, method)
        if found and found not in faults:
            faults[found] = f"{who or 'nobody'}: {method} {path[:300]} {sent}"
            print(f"{found}\n    {faults[found]}", flush=True)

    for route in known.routes:
        limits = settings(
            max_examples=each,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=ALL,
        )
        seed(f"{SEED} {route}")(limits(given(requests(known, route))(judge)))()
    print(f"{statuses.total()} requests to {len(known.routes)} patterns: {dict(statuses)}")
    assert known.broken == []
    assert "\n".join(f"{fault}\n    {request}" for fault, request in faults.items()) == ""
    assert statuses.total() >= REQUESTS * 0.8 and statuses[200] > statuses.total() / 10
