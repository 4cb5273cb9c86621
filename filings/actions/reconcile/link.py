"""Rows that only they have: the same team under another name, or one that our register lacks."""

import datetime
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.dates import set_known
from core.forms import merge
from core.history import told
from filings.choices_reconcile import Kind, ReconcileVerb, SourceKind
from filings.models import Difference, Line, Link, Source
from filings.queries import layouts
from filings.queries.reconciliation import open_lines
from orgs.actions import register
from orgs.choices import Status, Tier
from orgs.models import Organization
from orgs.queries.teams import TeamChecks, name_key
from places.models import Community


def reason_of(source: Source, on: datetime.date) -> str:
    system = "市备案系统" if source.kind == SourceKind.FILING else source.name
    return f"按{system}核对（{on:%Y-%m-%d}）"


def remember(source: Source, key: str, team: Organization, by) -> None:
    """This system calls the team by this key; what was said before of either no longer holds."""
    Link.objects.filter(source=source, organization=team).exclude(key=key).delete()
    Link.objects.update_or_create(
        source=source, key=key, defaults={"organization": team, "linked_by": by, "linked_at": timezone.now()}
    )  # fmt: skip


def taken_numbers(differences: Iterable[Difference]) -> dict[int, bool]:
    """Differences whose number another team holds, in whatever area, or claims as well among these."""
    some = [d for d in differences if d.field in ("number", "filing_no") and not d.fault]
    values = [d.theirs for d in some]
    held = {
        "number": dict(
            Organization.objects.filter(municipal_no__in=values).values_list("municipal_no", "pk")
        ),
        "filing_no": dict(Organization.objects.filter(filing_no__in=values).values_list("filing_no", "pk")),
    }
    links = {
        (s, k): o
        for s, k, o in Link.objects.filter(key__in=values).values_list("source", "key", "organization")
    }
    found, claimed = {}, {}
    for d in some:
        source, team = d.line.run.source, d.line.organization_id
        filing = source.kind == SourceKind.FILING or d.field == "filing_no"
        owner = held[d.field].get(d.theirs) if filing else links.get((source.pk, d.theirs))
        first = claimed.setdefault((source.pk, d.field, d.theirs), team)
        found[d.pk] = owner not in (None, team) or first != team
    return found


def numbered(source: Source, key: str, number: str, team: Organization) -> bool:
    """Whether another than this team has the number already."""
    taken = Link.objects.filter(source=source, key=key).exists()
    if source.kind == SourceKind.FILING and number:
        taken = taken or Organization.objects.filter(municipal_no=number).exclude(pk=team.pk).exists()
    return taken


@transaction.atomic
def link(line: Line, team: Organization, *, by, reason: str) -> None:
    """Say by hand that a row of theirs is this team; the next run compares the two. Raises ValidationError with the reason."""
    source, number = line.run.source, line.theirs.get("number", "")
    if line.kind != Kind.THEIRS or numbered(source, line.key, number, team):
        raise ValidationError("市系统的这条记录已经关联过团队。")
    if team.tier != Tier.TEAM:
        raise ValidationError(f"“{team.name}”不是群众活动团队，请先转为团队再关联。")
    if Link.objects.filter(source=source, organization=team).exists():
        raise ValidationError(f"“{team.name}”已关联市系统的另一条记录，请先核对。")
    with told(ReconcileVerb.LINK, by, reason):
        if source.kind == SourceKind.FILING and number and "number" not in line.faults:
            if team.municipal_no and team.municipal_no != number:
                raise ValidationError(f"“{team.name}”已有市备案系统编号 {team.municipal_no}，请先核对。")
            team.municipal_no = number
            try:
                register.edit(team, version=team.version, by=by, reason=reason, names=["municipal_no"])
            except merge.Conflict as conflict:
                raise ValidationError(f"{conflict.who} 刚才也修改了这个团队，请刷新后再试。") from conflict
        remember(source, line.key, team, by)


# ---- teams that our register lacks --------------------------------------------------------------------------


def record_refusals(lines: Iterable[Line], by) -> dict[int, str]:
    """Why rows of theirs cannot become teams of the register as they are."""
    lines = list(lines)
    open_ones = set(
        open_lines(Line.objects.filter(pk__in=[x.pk for x in lines])).values_list("pk", flat=True)
    )
    inside = (
        Community.objects.visible_to(by)
        .select_related("street")
        .in_bulk(list({x.community_id for x in lines if x.community_id}))
    )
    names = [name_key(x.name) for x in lines]
    there = set(
        Organization.objects.filter(name_key__in=names, community__in=inside).values_list(
            "name_key", "community"
        )
    )
    codes = {f: {x.theirs.get(t) for x in lines} - {None, ""} for f, t in (("municipal_no", "number"), ("filing_no", "filing_no"))}  # fmt: skip
    taken = {
        field: set(Organization.objects.filter(**{f"{field}__in": values}).values_list(field, flat=True))
        for field, values in codes.items()
    }
    checks, found, seen = TeamChecks(), {}, set()
    for line, key in zip(lines, names, strict=True):
        why = refusal(line, key, open_ones, inside, there, taken, checks)
        claims = {(name, line.theirs[name]) for name in ("number", "filing_no") if line.theirs.get(name)}
        if not why and (key, line.community_id) in seen:
            why = "市系统导出中还有一行同名团队，请逐个核对。"
        elif not why and claims & seen:
            why = "市系统导出中还有一行用同一个编号，请逐个核对。"
        seen |= claims | {(key, line.community_id)}
        if why:
            found[line.pk] = why
    return found


def refusal(
    line: Line, key: str, open_ones: set, inside: dict, there: set, taken: dict, checks: TeamChecks
) -> str:
    if line.pk not in open_ones:
        return "不在“仅市系统有”之列，或已经关联、补录。"
    if line.community_id not in inside:
        return "没有写明居委，或居委不在您的管辖范围。"
    if line.faults:
        return (
            "；".join(f"{layouts.LABELS.get(f, f)}：{words.rstrip('。')}" for f, words in line.faults.items())
            + "。"
        )
    if (key, line.community_id) in there:
        return "本系统的这个居委已有同名组织，请用“关联”。"
    filing = line.run.source.kind == SourceKind.FILING
    if (
        filing
        and line.theirs.get("number") in taken["municipal_no"]
        or line.theirs.get("filing_no") in taken["filing_no"]
    ):
        return "编号已属于本系统的另一个组织。"
    team = team_from(line, inside)
    words = checks.faults(
        team, {"name", "leader_name", "member_count", "party_member_count", "community", "established_on"}
    )
    return "".join(words.values())


def team_from(line: Line, communities: dict[int, Community]) -> Organization:
    """The team that a row of theirs describes."""
    known = {f.name for f in Organization._meta.concrete_fields}
    values = {k: layouts.typed(k, v) for k, v in line.theirs.items() if k in known and v not in (None, "")}
    community = communities[line.community_id]
    team = Organization(
        **{"status": Status.FILED, **values}, tier=Tier.TEAM, street=community.street, community=community
    )
    for name in Organization.part_dates:
        set_known(team, name, getattr(team, name))
    if line.run.source.kind == SourceKind.FILING:
        team.municipal_no = line.theirs.get("number") or None
    return team


@transaction.atomic
def record(pks: Sequence[int], *, by, reason: str) -> None:
    """Enter rows of theirs as teams of the register. The caller knows that nothing is refused."""
    lines = Line.objects.filter(pk__in=list(pks)).select_related("run__source")
    reason = reason or reason_of(lines[0].run.source, timezone.localdate())
    communities = Community.objects.visible_to(by).select_related("street")
    communities = communities.in_bulk(list(lines.values_list("community", flat=True)))
    with told(ReconcileVerb.RECORD, by, reason):
        for line in lines:
            team = register.create(team_from(line, communities), by=by, reason=reason)
            remember(line.run.source, line.key, team, by)
