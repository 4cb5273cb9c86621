"""What the apps declared, judged before anybody meets a slip in it: Django runs this at every start and with `manage.py check`."""

from collections import Counter
from collections.abc import Iterator

from django.core import checks
from django.core.exceptions import FieldDoesNotExist
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from core import registry
from core.choices import CaseVerb

RESERVED = {
    "edit",
    "attach",
    "detach",
    "form",
    "certificate",
    CaseVerb.TAKE_BACK.value,
}  # addresses of a case that are no steps
KEY = [0]  # the key of some record, to see whether an address takes one


@checks.register(checks.Tags.models)
def workflows(app_configs, **options) -> list[checks.Error]:
    return [
        checks.Error(f"{key}: {words}", id="core.E001")
        for key, flow in registry.FLOWS.items()
        for words in (*slips_of_rows(flow.workflow, flow.model), *slips_of_flow(flow))
    ]


@checks.register(checks.Tags.urls)
def declarations(app_configs, **options) -> list[checks.Error]:
    return [checks.Error(words, id="core.E002") for words in slips_of_declarations()]


def slips_of_rows(workflow, model) -> Iterator[str]:
    """Rows that name a state or a column that is not there, or a verb twice."""
    states, columns = set(workflow.states.values), {f.name for f in model._meta.concrete_fields}
    if workflow.start not in states:
        yield f"start: no state {workflow.start}"
    for verb, count in Counter(step.verb for step in workflow.steps).items():
        if count > 1:
            yield f"verb {verb} stands in {count} rows"
    for step in workflow.steps:
        for state in {*step.sources, step.target} - states:
            yield f"{step.verb}: no state {state}"
        for name in {
            *step.asks,
            *step.may_ask,
            *step.when,
            *filter(None, (step.since, step.opens)),
        } - columns:
            yield f"{step.verb}: no column {name}"
        if step.verb in RESERVED:
            yield f"{step.verb} is an address of every case"
        if not step.roles:
            yield f"{step.verb}: nobody may take it"
    for state in set(workflow.tones) - states:
        yield f"tones: no state {state}"


def slips_of_flow(flow) -> Iterator[str]:
    """Names of relations, effects and addresses that lead nowhere."""
    relations = {f.name for f in flow.model._meta.concrete_fields if f.is_relation}
    if flow.subject not in relations:
        yield f"subject: {flow.subject} is no relation of {flow.model.__name__}"
    for path in flow.related:
        if not is_path(flow.model, path):
            yield f"related: {path} is no path of relations"
    for verb in set(flow.effects) - {step.verb for step in flow.workflow.steps}:
        yield f"effects: no verb {verb}"
    if not leads(flow.detail, KEY):
        yield f"detail: no address {flow.detail}"


def slips_of_declarations() -> Iterator[str]:
    for kind, job in registry.JOBS.items():
        if job.page and not leads(job.page, KEY):
            yield f"kind of job {kind}: no address {job.page}"
    for name in registry.PAGES:
        if not (leads(name, ()) or leads(name, KEY) or name.endswith(":keep")):
            yield f"page {name}: no address of this name"
    for model, tabs in registry.TABS.items():
        for tab in tabs:
            try:
                get_template(tab.template)
            except TemplateDoesNotExist:
                yield f"tab {tab.key} of {model.__name__}: no template {tab.template}"
    rehearsals = [group.rehearse for group in registry.PARAMETERS.values() if group.rehearse]
    for path in (*registry.DEMO, *rehearsals):
        try:
            import_string(path)
        except ImportError:
            yield f"nothing at {path}"


def is_path(model, path: str) -> bool:
    for name in path.split("__"):
        try:
            model = model._meta.get_field(name).related_model
        except FieldDoesNotExist:
            return False
        if model is None:
            return False
    return True


def leads(name: str, args) -> bool:
    try:
        return bool(reverse(name, args=args))
    except NoReverseMatch:
        return False
