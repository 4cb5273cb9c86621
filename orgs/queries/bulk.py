"""Which of many organisations a bulk change passes over, and why. `rows` are cut to the person's area already."""

from django.db.models import QuerySet

from core.registry import held
from orgs import policy
from orgs.choices import Door, Status, Tier
from orgs.queries import filed


def terms_unchanged(rows: QuerySet, category: str, service_fields: list[str], by) -> dict[int, str]:
    wanted = {"category": category, "service_fields": service_fields}
    values = {name: value for name, value in wanted.items() if value}
    same = rows.filter(**values)
    out = dict.fromkeys(same.values_list("pk", flat=True), "已经是这样，不必修改")
    out |= filed.losing(rows.exclude(pk__in=out), values, Door.BULK)
    for tier in Tier:
        if reason := policy.entry_refusal(tier, by):
            out |= dict.fromkeys(rows.filter(tier=tier).values_list("pk", flat=True), reason)
    return out


def status_not_fitting(rows: QuerySet, status: str, by) -> dict[int, str]:
    """Tiers that do not know this status or are decided elsewhere, those who have it already, those with an open request."""
    label = Status(status).label
    asked = rows.filter(status_changes__state__in=policy.OPEN)
    out = held(rows) | dict.fromkeys(
        asked.values_list("pk", flat=True), "有一件没办完的状态变更申请，请先办结"
    )
    for tier, known in policy.STATUSES.items():
        unknown = "" if status in known else f"{Tier(tier).label}没有“{label}”这个状态"
        if reason := unknown or policy.status_refusal(tier, by):
            out |= dict.fromkeys(rows.filter(tier=tier).values_list("pk", flat=True), reason)
    return out | dict.fromkeys(
        rows.filter(status=status).values_list("pk", flat=True), f"现在已经是“{label}”"
    )
