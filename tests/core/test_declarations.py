"""What apps declare is judged at the start: every slip is told, and the registry is closed afterwards."""

from dataclasses import replace

import pytest
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured

from core import checks, registry
from orgs.actions.status import FLOW
from orgs.models import Organization

ROWS = FLOW.workflow


def test_everything_declared_leads_somewhere():
    assert django_checks.run_checks() == []


def with_step(**changed):
    """The workflow with one row changed."""
    first, *others = ROWS.steps
    return replace(ROWS, steps=(replace(first, **changed), *others))


@pytest.mark.parametrize(("workflow", "words"), [
    (replace(ROWS, start="nowhere"), "start: no state nowhere"),
    (replace(ROWS, steps=(*ROWS.steps, ROWS.steps[0])), f"verb {ROWS.steps[0].verb} stands in 2 rows"),
    (replace(ROWS, tones={"nowhere": "ok"}), "tones: no state nowhere"),
    (with_step(target="nowhere"), "no state nowhere"),
    (with_step(sources=("nowhere",)), "no state nowhere"),
    (with_step(asks=("no_column",)), "no column no_column"),
    (with_step(may_ask=("no_column",)), "no column no_column"),
    (with_step(when={"no_column": ("x",)}), "no column no_column"),
    (with_step(since="no_column"), "no column no_column"),
    (with_step(opens="no_column"), "no column no_column"),
    (with_step(verb="edit"), "edit is an address of every case"),
    (with_step(roles=frozenset()), "nobody may take it"),
])  # fmt: skip
def test_a_slip_in_the_rows_is_told(workflow, words):
    assert list(checks.slips_of_rows(ROWS, FLOW.model)) == []
    assert [w for w in checks.slips_of_rows(workflow, FLOW.model) if words in w]


@pytest.mark.parametrize(("changed", "words"), [
    ({"subject": "no_relation"}, "subject: no_relation"),
    ({"related": ("organization__nowhere",)}, "related: organization__nowhere"),
    ({"related": ("organization__name",)}, "related: organization__name"),
    ({"effects": {"aprove": print}}, "effects: no verb aprove"),
    ({"detail": "orgs:nowhere"}, "detail: no address orgs:nowhere"),
])  # fmt: skip
def test_a_slip_in_a_flow_is_told(changed, words):
    assert list(checks.slips_of_flow(FLOW)) == []
    assert [w for w in checks.slips_of_flow(replace(FLOW, **changed)) if words in w]


@pytest.mark.parametrize(("entries", "key", "value", "words"), [
    (registry.JOBS, "slip", registry.JobKind(None, page="nowhere"), "kind of job slip: no address nowhere"),
    (registry.PAGES, "nowhere:list", "无", "page nowhere:list"),
    (registry.TABS, Organization, [registry.Tab("slip", "无", "no/such.html", print)], "no template no/such.html"),
    (registry.DEMO, "orgs.nowhere", "orgs.nowhere", "nothing at orgs.nowhere"),
    (registry.PARAMETERS, "无", registry.ParameterGroup("无", (), "orgs.nowhere"), "nothing at orgs.nowhere"),
])  # fmt: skip
def test_a_slip_in_a_declaration_is_told(monkeypatch, entries, key, value, words):
    monkeypatch.setitem(entries, key, value)
    assert [w for w in checks.slips_of_declarations() if words in w]


@pytest.mark.parametrize("late", [
    lambda: registry.flow(FLOW),
    lambda: registry.todo(print),
    lambda: registry.tab(Organization, None),
    lambda: registry.declare("组织名册", ()),
])  # fmt: skip
def test_the_registry_is_closed_after_the_start(late):
    with pytest.raises(ImproperlyConfigured, match="belongs in the declarations.py of its app"):
        late()


def test_nothing_is_declared_twice(monkeypatch):
    monkeypatch.setattr(registry, "_closed", False)
    with pytest.raises(ImproperlyConfigured, match="declared twice"):
        registry.flow(FLOW)
