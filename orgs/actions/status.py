"""Status changes: asked for by a committee, decided by its street, then written into the register."""

from core.casework.workflow import Flow
from orgs import policy
from orgs.actions.register import change_status
from orgs.models import Organization, StatusChange


def write_into_register(case: StatusChange, by, note: str) -> None:
    """The register follows the decision, in the same transaction."""
    change_status(case.organization, status=case.status, reason=f"{case.reason}（申请 {case.pk}）", by=by)


FLOW = Flow(
    workflow=policy.STATUS_CHANGE, model=StatusChange, subject="organization", detail="orgs:status_change",
    fields=lambda case: ("status", "effective_on", "reason", "property_note"), effects={"approve": write_into_register},
)  # fmt: skip


def ask(organization: Organization, *, by, **fields) -> StatusChange:
    """Enter a request and send it. ValidationError when the organisation has an open one or a check refuses it."""
    case = StatusChange(organization=organization, status_before=organization.status, **fields)
    return FLOW.enter(case, by=by, send="submit")
