"""Whose value stays: their value is taken into the register, or ours is kept and that is remembered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core.dates import of_record, set_known
from core.forms import merge
from core.history import told
from filings.actions.reconcile.link import reason_of, remember, taken_numbers
from filings.choices_reconcile import Decision, ReconcileVerb, SourceKind
from filings.models import Difference, Link
from filings.queries import layouts
from filings.queries.filings import open_ones
from filings.queries.reconciliation import teams_of
from orgs.actions import register
from orgs.choices import Door
from orgs.models import Organization
from orgs.queries.teams import TeamChecks, asked_for
from places.models import Community

GONE = "这个团队已不在名册中，或已不在您的管辖范围。"
ALREADY = {Decision.ADOPTED: "已经采用过市系统值。", Decision.KEPT: "已经决定保留本系统值。"}


def chosen(pks: Iterable[int]) -> list[Difference]:
    rows = Difference.objects.filter(pk__in=list(pks)).select_related("line__run__source")
    return list(rows.order_by("line__organization_id", "pk"))


def current(team: Organization, field: str, links: dict[tuple[int, int], str], source):
    """What the register says now, as it is compared."""
    if field == "number":
        return (
            (team.municipal_no or "")
            if source.kind == SourceKind.FILING
            else links.get((source.pk, team.pk), "")
        )
    if field == layouts.PLACED:
        return [team.street_id, team.community_id]
    return layouts.stored(of_record(team, field))


def take(team: Organization, difference: Difference, communities: dict[int, Community]) -> list[str]:
    """Put their value into a team; the names of the fields that it changes."""
    field, value = difference.field, difference.theirs
    if field == layouts.PLACED:
        team.community = communities.get(value[1])
        team.street_id = value[0]
        return ["street", "community"]
    if field == "number":
        if difference.line.run.source.kind != SourceKind.FILING:
            return []
        field = "municipal_no"
    return set_known(team, field, layouts.typed(field, value))


class Judge:
    """Which differences cannot be adopted now, each with a sentence. Few statements for any number of them."""

    def __init__(self, differences: list[Difference], by):
        self.differences, self.by = differences, by
        self.teams = teams_of(by, {d.line.organization_id for d in differences})
        links = Link.objects.filter(organization__in=self.teams)
        self.links = {(s, o): key for s, o, key in links.values_list("source", "organization", "key")}
        wanted = {d.theirs[1] for d in differences if d.field == layouts.PLACED and not d.fault}
        self.communities = Community.objects.visible_to(by).select_related("street").in_bulk(list(wanted))
        self.taken = taken_numbers(differences)
        self.asked = asked_for(self.teams) | open_ones(self.teams)
        self.checks = TeamChecks()

    def refusals(self) -> dict[int, str]:
        found = {d.pk: why for d in self.differences if (why := self.refusal(d))}
        of_team = defaultdict(list)
        for difference in self.differences:
            if difference.pk not in found:
                of_team[difference.line.organization_id].append(difference)
        for pk, some in of_team.items():
            found |= self.together(self.teams[pk], some)
        return found

    def refusal(self, difference: Difference) -> str:
        team = self.teams.get(difference.line.organization_id)
        if team is None:
            return GONE
        if difference.decision == Decision.ADOPTED:
            return ALREADY[Decision.ADOPTED]
        if difference.fault:
            return f"市系统的值不能采用：{difference.fault}"
        now = current(team, difference.field, self.links, difference.line.run.source)
        if (now or "") not in (difference.ours or "", difference.theirs):
            return "核对以后本系统的值又有修改，请重新核对后再决定。"
        if difference.field == "number" and self.taken.get(difference.pk):
            return "市系统的这个编号已属于另一个团队，请先核对。"
        if difference.field == layouts.PLACED and difference.theirs[1] not in self.communities:
            return "市系统填写的居委不在您的管辖范围，请联系区民政局经办。"
        if difference.field == "status" and team.pk in self.asked:
            return "有一件没办完的备案或状态变更申请，请先办结。"
        if difference.field == "filing_no" and self.taken.get(difference.pk):
            return "这个备案编号已属于另一个团队，请先核对。"
        return ""

    def together(self, team: Organization, some: list[Difference]) -> dict[int, str]:
        """The values of one team must fit each other."""
        names = {d.pk: set(take(team, d, self.communities)) for d in some}
        faults = self.checks.faults(team, set().union(*names.values()))
        labels = {d.pk: next((faults[n] for n in names[d.pk] if n in faults), "") for d in some}
        return {pk: f"市系统的值不能采用：{words}" for pk, words in labels.items() if words}


@transaction.atomic
def adopt(pks: Sequence[int], *, by, reason: str) -> None:
    """Take their values into the register: one act, that can be undone. The caller knows that nothing is refused."""
    differences = chosen(pks)
    reason = reason or reason_of(differences[0].line.run.source, timezone.localdate())
    judge = Judge(differences, by)
    of_team = defaultdict(list)
    for difference in differences:
        of_team[difference.line.organization_id].append(difference)
    with told(ReconcileVerb.ADOPT, by, reason):
        for pk, some in of_team.items():
            write(judge.teams[pk], some, judge.communities, by, reason)
        settle(pks, Decision.ADOPTED, by)


def write(team: Organization, some: list[Difference], communities, by, reason: str) -> None:
    names = [name for d in some for name in take(team, d, communities)]
    if names:
        try:
            register.edit(team, version=team.version, by=by, reason=reason, names=names, door=Door.MUNICIPAL)
        except merge.Conflict as conflict:
            raise ValidationError(
                f"{conflict.who} 刚才也修改了“{team.name}”，请刷新页面后再决定。"
            ) from conflict
    for difference in some:
        if difference.field == "number":
            remember(difference.line.run.source, difference.theirs, team, by)


@transaction.atomic
def keep(pks: Sequence[int], *, by, reason: str) -> None:
    """Our values stay; the next run does not ask again while both values are the same."""
    reason = reason or reason_of(chosen(pks[:1])[0].line.run.source, timezone.localdate())
    with told(ReconcileVerb.KEEP, by, reason):
        settle(pks, Decision.KEPT, by)


def settle(pks: Sequence[int], decision: Decision, by) -> None:
    """Of two people who decide on one value at the same moment the second is told; nothing of theirs is written."""
    barred = ALREADY if decision == Decision.KEPT else [Decision.ADOPTED]
    open_ = Difference.objects.filter(pk__in=list(pks)).exclude(decision__in=barred)
    if open_.update(decision=decision, decided_by=by, decided_at=timezone.now()) != len(set(pks)):
        raise ValidationError("刚才有人对其中的值作了决定，请刷新页面后再办理。")


def keep_refusals(differences: list[Difference]) -> dict[int, str]:
    return {d.pk: ALREADY[d.decision] for d in differences if d.decision in ALREADY}


def adopt_one(difference: Difference, *, by) -> None:
    """One value by its button. Raises ValidationError with the sentence why not."""
    some = chosen([difference.pk])
    if refused := Judge(some, by).refusals():
        raise ValidationError(refused[difference.pk])
    adopt([difference.pk], by=by, reason=reason_of(difference.line.run.source, timezone.localdate()))


def keep_one(difference: Difference, *, by) -> None:
    if refused := keep_refusals([difference]):
        raise ValidationError(refused[difference.pk])
    keep([difference.pk], by=by, reason=reason_of(difference.line.run.source, timezone.localdate()))
