"""What a site offers to a person: the real addresses behind each pattern and the real forms, with their keys and choices."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, get_resolver, resolve
from lxml import html

PAGES = 60  # for one person
PER_ROUTE = 1


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]
    files: tuple[str, ...]


@dataclass
class Offer:
    """routes: pattern → real addresses (path, query); forms: what the pages hold; names: every parameter that was met."""

    routes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[tuple, Form] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def routes(resolver=None, before: str = "") -> list[str]:
    """Every pattern of the project, such as "orgs/<int:pk>/edit/"."""
    found = []
    for pattern in (resolver or get_resolver()).url_patterns:
        whole = before + str(pattern.pattern)
        found += routes(pattern, whole) if hasattr(pattern, "url_patterns") else [whole]
    return found


def harvest(client: Client, offer: Offer, start: str = "/") -> None:
    """Walk the links of a person's pages, a few of each pattern."""
    waiting, asked = [start], {start}
    while waiting and len(asked) < PAGES:
        url = waiting.pop(0)
        answer = client.get(url)
        if answer.status_code >= 500:
            offer.broken.append(f"GET {url}: {answer.status_code}")
        if not answer.get("Content-Type", "").startswith("text/html") or answer.status_code != 200:
            continue
        page = html.fromstring(answer.content)
        for form in page.forms:
            keep(form, url, offer)
        for link in page.xpath("//a/@href | //*/@hx-get"):
            target = urlsplit(urljoin(url, link))
            if target.netloc or not note(target, offer) or target.path in asked:
                continue
            asked.add(target.path)
            waiting.append(target.path + (f"?{target.query}" if target.query else ""))


def note(target, offer: Offer) -> bool:
    """Whether the address is still wanted: known to the site, and one of the first of its pattern."""
    try:
        route = resolve(target.path).route
    except Resolver404:
        return False
    offer.names.update(re.findall(r"([\w-]+)=", target.query))
    known = offer.routes[route]
    if target.path not in known and len(known) < PER_ROUTE * 4:
        known.append(target.path)
    return (
        len(known) <= PER_ROUTE * 4 and known.index(target.path) < PER_ROUTE
        if target.path in known
        else False
    )


def keep(form, url: str, offer: Offer) -> None:
    files = tuple(field.name for field in form.inputs if getattr(field, "type", "") == "file" and field.name)
    fields = tuple((k, str(v)) for k, v in form.form_values() if k not in files)
    offer.names.update(field.name for field in form.inputs if field.name)
    action = urljoin(url, form.action or "")
    note(urlsplit(action), offer)
    names = tuple(sorted({k for k, _ in fields}))
    offer.forms.setdefault((resolved(action), names), Form(action, form.method, fields, files))


def resolved(action: str) -> str:
    try:
        return resolve(urlsplit(action).path).route
    except Resolver404:
        return action
