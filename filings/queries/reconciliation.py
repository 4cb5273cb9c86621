"""Reads of reconciliations; what is shown is cut to the jurisdiction first."""

import datetime
from collections.abc import Iterable

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from core.casework import todo
from core.choices import JobState
from core.history import LABELS as EVENT_WORDS
from filings.choices_reconcile import Decision, Kind, SourceKind
from filings.models import Difference, Line, Link, Reconciliation, Source
from filings.queries import layouts
from orgs.choices import Tier
from orgs.models import Organization
from orgs.queries import register

FOUND = 20


def sources() -> list[Source]:
    return list(Source.objects.select_related("updated_by"))


def source(pk: int) -> Source | None:
    return Source.objects.filter(pk=pk).select_related("updated_by").first()


def run(user, pk: int | None) -> Reconciliation | None:
    rows = Reconciliation.objects.visible_to(user).select_related("source", "job__owner")
    return rows.filter(pk=pk).first()


def line(user, pk: int) -> Line | None:
    rows = Line.objects.visible_to(user).select_related("run__source", "run__job", "street", "community")
    return rows.filter(pk=pk).first()


def handled(rows, user):
    """Lines with `became`: the organisation that their key was linked with or recorded as, by name where the person sees it."""
    links = Link.objects.filter(source=OuterRef("run__source"), key=OuterRef("key"))
    seen = links.filter(organization__in=Organization.objects.visible_to(user)).values("organization__name")
    elsewhere = Case(When(Exists(links), then=Value("辖区外的团队")), default=None, output_field=CharField())
    return rows.annotate(became=Coalesce(Subquery(seen[:1]), elsewhere))


def open_lines(rows):
    """Lines that only they have and that nobody saw to."""
    links = Link.objects.filter(source=OuterRef("run__source"), key=OuterRef("key"))
    return rows.filter(~Exists(links), kind=Kind.THEIRS)


def decisions(found: Reconciliation) -> dict[str, int]:
    """How many differences of a run are decided how."""
    counted = (
        Difference.objects.filter(line__run=found).values_list("decision").annotate(n=Count("pk")).order_by()
    )
    return dict.fromkeys(Decision.values, 0) | dict(counted)


def fields_of(found: Reconciliation) -> list[tuple[str, str, int]]:
    """(field, label, open differences) of a run, the most frequent first."""
    counted = Difference.objects.filter(line__run=found, decision=Decision.OPEN).values_list("field")
    counted = counted.annotate(n=Count("pk")).order_by("-n", "field")
    return [(field, layouts.label(found.source.kind, field), n) for field, n in counted]


def open_differences(user) -> int:
    """What is still to be decided: 市系统核对差异数 of measure 18. What a later run of the same place compared again does not count."""
    done = Reconciliation.objects.filter(job__state=JobState.DONE, source=OuterRef("line__run__source"))
    later = done.filter(
        Q(street=OuterRef("line__street")) | Q(street__isnull=True, district=OuterRef("line__run__district")),
        pk__gt=OuterRef("line__run"),
    )
    return Difference.objects.visible_to(user).filter(~Exists(later), decision=Decision.OPEN).count()


def to_see_to(user, today: datetime.date) -> list[todo.Entry]:
    """The newest run of each system, of the person's own level, in which values are still to be decided."""
    if not user.may("filings.reconcile"):
        return []
    own = Reconciliation.objects.visible_to(user).filter(street=user.street_id, job__state=JobState.DONE)
    later = own.filter(source=OuterRef("source"), pk__gt=OuterRef("pk"))
    undecided = Count("lines__differences", filter=Q(lines__differences__decision=Decision.OPEN))
    rows = own.filter(~Exists(later)).annotate(undecided=undecided).filter(undecided__gt=0)
    url = reverse("filings:differences")
    return [
        todo.Entry(
            title=f"{name}核对：{words}", action="不一致的栏目，逐个决定采用哪边的值", state="warn", count=count,
            url=f"{url}?run={pk}&decision={Decision.OPEN}",
        )
        for pk, name, words, count in rows.values_list("pk", "source__name", "file_name", "undecided")
    ]  # fmt: skip


def teams_of(user, pks: Iterable[int]) -> dict[int, Organization]:
    """The organisations of lines, those within the person's area."""
    rows = Organization.objects.visible_to(user).select_related("street", "community")
    return rows.in_bulk([pk for pk in pks if pk])


def team_of(user, found: Line) -> Organization | None:
    """The team that a line was matched with or became."""
    linked = Link.objects.filter(source=found.run.source, key=found.key).values_list(
        "organization", flat=True
    )
    pks = [found.organization_id] if found.organization_id else list(linked)
    return next(iter(teams_of(user, pks).values()), None)


def candidates(user, found: Line, text: str) -> list[Organization]:
    """Teams that a line could be: by the words that were typed, else of the same leader or telephone, then of the same place."""
    linked = Link.objects.filter(source=found.run.source, organization=OuterRef("pk"))
    rows = Organization.objects.visible_to(user).filter(~Exists(linked), tier=Tier.TEAM)
    if found.run.source.kind == SourceKind.FILING:
        rows = rows.filter(Q(municipal_no__isnull=True) | Q(municipal_no=""))
    matched = Line.objects.filter(
        run=found.run, organization=OuterRef("pk"), kind__in=[Kind.SAME, Kind.DIFFER]
    )
    rows = rows.filter(~Exists(matched)).select_related("street", "community")
    if text:
        return list(register.matching(rows, text)[0].order_by("sort_key")[:FOUND])
    alike = Q(pk__in=[])
    for field in ("leader_name", "contact_phone"):
        if value := found.theirs.get(field):
            alike |= Q(**{field: value})
    near = Q(community=found.community_id) if found.community_id else Q(street=found.street_id)
    order = Case(When(alike, then=0), default=1)
    return list(rows.filter(alike | near).order_by(order, "sort_key")[:FOUND])


def side_by_side(found: Line) -> list[tuple[str, str]]:
    """(label, words) of everything that their row holds, in the order of the fields."""
    source_, theirs = found.run.source, found.theirs
    rows = []
    for column in layouts.COLUMNS[source_.kind]:
        value = theirs.get(column.field)
        if value in (None, ""):
            continue
        plain = column.field in found.faults and column.field != "contact_phone"
        rows.append((column.header, str(value) if plain else layouts.in_words(column.field, value)))
    if theirs.get("place_words"):
        rows.insert(1, (layouts.LABELS[layouts.PLACED], theirs["place_words"]))
    return rows


def only_ours(user, found: Reconciliation):
    """Our teams that their export lacks, as they are now."""
    pks = Line.objects.visible_to(user).filter(run=found, kind=Kind.OURS).values("organization")
    rows = Organization.objects.visible_to(user).filter(pk__in=pks)
    return rows.select_related("street", "community").order_by("sort_key", "pk")


def changes_of(source_: Source) -> list[dict]:
    """Every change of the columns of a system, newest first, in words."""
    entries, before = [], {}
    events = source_.events.select_related("pgh_context").order_by("pgh_id")
    for event in events:
        said = (event.pgh_context.metadata if event.pgh_context else None) or {}
        now = event.columns
        changes = [
            (layouts.label(source_.kind, f), before.get(f), now.get(f))
            for f in dict.fromkeys([*before, *now])
            if before.get(f) != now.get(f)
        ]
        if changes:
            entries.append(
                {
                    "at": event.pgh_created_at, "who": said.get("username", "系统"), "changes": changes,
                    "verb": said.get("words") or EVENT_WORDS[event.pgh_label], "reason": "",
                }
            )  # fmt: skip
        before = now
    return entries[::-1]
