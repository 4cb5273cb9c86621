"""Status changes: asked for by a committee, decided by its street, then written into the register."""

from django.core.exceptions import ValidationError
from django.db import transaction

from core.history import told
from core.workflow import Flow
from orgs import policy
from orgs.actions.register import change_status
from orgs.choices import Verb
from orgs.models import Organization, StatusChange


def facts(case: StatusChange) -> list[tuple[str, str, str]]:
    """What the decider sees: [(field, label, words)]."""
    label = {f.name: str(f.verbose_name) for f in StatusChange._meta.concrete_fields}
    return [
        ("status", label["status"], case.get_status_display()),
        ("effective_on", label["effective_on"], f"{case.effective_on:%Y-%m-%d}"),
        ("reason", label["reason"], case.reason),
        ("property_note", label["property_note"], case.property_note),
    ]


def write_into_register(case: StatusChange, by, note: str) -> None:
    """The register follows the decision, in the same transaction."""
    change_status(case.organization, status=case.status, reason=f"{case.reason}（申请 {case.pk}）", by=by)


FLOW = Flow(
    workflow=policy.STATUS_CHANGE, model=StatusChange, subject="organization", facts=facts,
    effects={"approve": write_into_register}, detail="orgs:status_change",
)  # fmt: skip


@transaction.atomic
def ask(organization: Organization, *, by, **fields) -> StatusChange:
    """Enter a request and send it. ValidationError when the organisation has an open one or a check refuses it."""
    case = StatusChange(organization=organization, status_before=organization.status, entered_by=by, **fields)
    case.full_clean()
    submit = policy.STATUS_CHANGE.step("submit")
    with told(submit, by, clause=submit.clause, case=policy.STATUS_CHANGE.key):
        case.save(force_insert=True)
        return FLOW.take(case, submit.verb, by=by)


@transaction.atomic
def correct(case: StatusChange, *, by, **fields) -> StatusChange:
    """Change what is open: everything of a draft, only the marked fields of a returned request."""
    case = StatusChange.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.state not in policy.STATUS_CHANGE.editable:
        raise ValidationError(f"现在是“{case.get_state_display()}”，不能修改，请刷新页面。")
    for name, words in fields.items():
        if not case.returned or name in case.returned:
            setattr(case, name, words)
    case.version += 1
    with told(Verb.EDIT, by, case=policy.STATUS_CHANGE.key):
        case.save()
    return case
