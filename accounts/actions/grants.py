"""Roles: proposed by one administrator, confirmed by a security administrator who did not propose them."""

from django.utils import timezone

from accounts import policy
from accounts.actions import people
from accounts.choices import AccountVerb
from accounts.models import RoleChange, User
from accounts.models.grants import PLACES, assign
from core import notices
from core.casework import handover
from core.casework.workflow import Flow
from core.facts import facts_of

FIELDS = ("role", *PLACES, "department", "successor", "reason")


def put_in_force(case: RoleChange, by, note: str) -> None:
    """The account follows the decision: what is unfinished goes to the successor, open sessions end."""
    person = User.objects.select_for_update().get(pk=case.person_id)
    if case.successor and handover.open_of(person):
        people.hand_over(person, by=by, reason=case.reason, successor=case.successor)
    assign(person, case).sessions_ended_at = timezone.now()
    fields = ("role", *PLACES, "department", "sessions_ended_at")
    before, after = (
        words_of(case.now),
        words_of({"role": case.role, **{p: getattr(case, f"{p}_id") for p in PLACES}}),
    )
    people.kept(AccountVerb.GRANT, person, *fields, by=by, reason=case.reason, before=before, after=after)
    notices.notify(person, title=f"您的角色已变为：{after}", body=case.reason)
    case.person = person


def words_of(post: dict) -> str:
    """A role with its area, in words."""
    record = RoleChange(role=post.get("role") or "", **{f"{p}_id": post.get(p) for p in PLACES})
    if not record.role:
        return "没有角色"
    area = "".join(str(getattr(record, p)) for p in PLACES[1:] if getattr(record, f"{p}_id"))
    if record.community_id:
        area = f"{record.community.street}{record.community}"
    return (
        f"{record.get_role_display()}（{area or record.district}）"
        if area or record.district_id
        else record.get_role_display()
    )


def as_it_is(case: RoleChange):
    """What the proposal stands beside: role and area of the person now."""
    return "现在", facts_of(case.person, ("role", *PLACES, "department"))


def warnings(case: RoleChange, by) -> list[str]:
    found = []
    if case.decided_at is None and case.moves and (left := handover.open_of(case.person)):
        heir = f"确认后移交给{case.successor}" if case.successor else "没有指定接手人"
        found.append(f"{case.person}还有 {len(left)} 件没有办完的事项，{heir}。")
    if (
        case.decided_at is None
        and not User.objects.holding("accounts.grant").exclude(pk__in=case.hands).exists()
    ):
        found.append(policy.ONE_SECURITY_ADMIN)
    return found


FLOW = Flow(
    workflow=policy.GRANT, model=RoleChange, subject="person", detail="accounts:grant", fields=lambda case: FIELDS,
    before=as_it_is, warnings=warnings, effects={"confirm": put_in_force}, related=("successor",),
    words={"role": lambda case: case.get_role_display() or "没有角色"},
)  # fmt: skip
