"""One export compared with the teams of an area: read, matched, compared field by field, stored."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from core.dates import of_record
from core.ledger.faults import Parser, kept, telling_row
from core.ledger.parsing import is_masked, narrow
from core.ledger.reading import PER_PAGE, Sheet, open_ledger
from core.scope import Area
from filings.actions.reconcile.matching import Row, match
from filings.choices_reconcile import Decision, Kind, SourceKind
from filings.models import Difference, Line, Link, Reconciliation, Source
from filings.queries import layouts
from orgs.actions.imports.places import PlaceFinder
from orgs.choices import Status, Tier
from orgs.models import Organization
from orgs.queries.teams import sort_key
from places.models import Community, Street

TELL_EVERY = 200
BATCH = 1_000
EXPECTED = (Status.FILED, Status.STOPPED)  # what the municipal system should have as well
ELSEWHERE = {"out_of_area", "street_unknown"}  # what cannot be placed within the area is nobody's here
NOT_COMPARED = {"street", "community"}  # together: layouts.PLACED


def compare(run: Reconciliation, path: Path, area: Area, progress) -> Counter:
    """Fill a run with its lines and counts, unsaved; streets of the rows that were not kept. In the caller's transaction."""
    rows = list(read(run.source, open_ledger(path, layouts.ledger_of(run.source)), area, progress))
    progress.step("匹配团队", len(rows))
    teams = list(teams_of(area))
    numbers, links = numbers_of(run.source, teams)
    match(rows, list(teams), numbers, links)
    kept = [row for row in rows if row.organization or not row.outside]
    comparer = Comparer(run.source, {pk: key for key, pk in {**links, **numbers}.items()}, teams)
    progress.step("逐项比较", len(kept))
    store(run, kept, teams, comparer, progress)
    run.rows, run.outside = len(rows), len(rows) - len(kept)
    return Counter(row.street_words for row in rows if row.outside and not row.organization)


def teams_of(area: Area):
    rows = Organization.objects.in_area(area).filter(tier=Tier.TEAM)
    return rows.select_related("street", "community").defer("search_text", "search_terms").order_by("pk")


def numbers_of(source: Source, teams: list[Organization]) -> tuple[dict[str, int], dict[str, int]]:
    """(key → team as the register says it, key → team as a person linked it)."""
    held = {narrow(t.municipal_no).upper(): t.pk for t in teams if t.municipal_no} if source.kind == SourceKind.FILING else {}  # fmt: skip
    return held, dict(Link.objects.filter(source=source).values_list("key", "organization_id"))


# ---- reading ------------------------------------------------------------------------------------------------


def read(source: Source, sheet: Sheet, area: Area, progress) -> Iterator[Row]:
    parser, finder = Parser(sheet), PlaceFinder(area, community_required=False)
    own = Street.objects.filter(pk=area.pk).values_list("name", flat=True).first() if area.kind == "street" else ""  # fmt: skip
    fields = {(page.number, i + 1): column.field for page in sheet.pages for column, i in page.plan}
    progress.step("读取导出表", sheet.total)
    for done, parsed in enumerate(parser.rows(), 1):
        with telling_row(parser):
            values = dict(zip(parser.fields, parsed.values, strict=True))
            faults = {
                fields[f.row // PER_PAGE, f.column]: f"市系统填写为“{f.value}”：{f.reason}。"[:200]
                for f in parsed.faults
            }
            for name in faults:
                values[name] = kept(parser.raw(parsed, name), 200)
            row = placed(values, faults, sheet.where(parsed.row)[1], finder, own)
        yield row
        if done % TELL_EVERY == 0:
            progress.at(done)
            progress.go_on()


def placed(values: dict, faults: dict, number: int, finder: PlaceFinder, own: str) -> Row:
    """A row with its street and community found; `own`: the street of an export that does not name any."""
    words = [kept(values.pop(name, ""), 200).strip() for name in ("street", "community")]
    found = finder.find(words[0] or own, words[1])
    row = Row(number, values, faults, found.street, found.community)
    row.street_words = words[0]
    row.outside = any(wrong.kind in ELSEWHERE for _, wrong in found.unfit)
    if found.street or any(words):
        values[layouts.PLACED] = [found.street, found.community]
        values["place_words"] = " ".join(filter(None, words))
    if found.unfit:
        faults[layouts.PLACED] = f"{found.unfit[0][1].reason}。"
        row.note = "" if row.outside else f"{found.unfit[0][1].reason}，请核对街镇和居委。"
    if not values["name"]:
        row.note = "没有填写团队名称。"
    return row


# ---- comparing ----------------------------------------------------------------------------------------------


class Comparer:
    """Two records of one team → the fields that differ. What their system leaves empty is no difference."""

    def __init__(self, source: Source, numbers: dict[int, str], teams: list[Organization]):
        self.source, self.numbers = source, numbers
        self.fields = [c.field for c in layouts.COLUMNS[source.kind] if c.field in source.columns]
        self.fields = [f for f in self.fields if f not in NOT_COMPARED]
        if NOT_COMPARED & set(source.columns):
            self.fields.append(layouts.PLACED)
        self.kept = kept_before(source, teams)
        self.streets = dict(Street.objects.values_list("pk", "name"))
        self.communities = dict(Community.objects.values_list("pk", "name"))

    def ours(self, team: Organization, field: str):
        if field == "number":
            return self.numbers.get(team.pk, "")
        if field == layouts.PLACED:
            return [team.street_id, team.community_id]
        return layouts.stored(of_record(team, field))

    def __call__(self, line: Line, row: Row) -> list[Difference]:
        team, found = row.organization, []
        for field in self.fields:
            theirs, ours = layouts.stored(row.values.get(field)), self.ours(team, field)
            if theirs in (None, "") or self.agree(field, theirs, ours, row):
                continue
            found.append(self.difference(line, field, theirs, ours, row))
        if (
            "status" not in self.fields
            and self.source.kind == SourceKind.FILING
            and team.status == Status.CANCELLED
        ):
            found.append(self.difference(line, "status", str(Status.FILED), str(team.status), row))
        return found

    def agree(self, field: str, theirs, ours, row: Row) -> bool:
        if field in row.faults:
            return False
        if field == layouts.PLACED:
            return all(t is None or t == o for t, o in zip(theirs, ours, strict=True))
        return layouts.same(field, theirs, ours)

    def difference(self, line: Line, field: str, theirs, ours, row: Row) -> Difference:
        fault = row.faults.get(field, "")
        if field == layouts.PLACED:
            words = row.values["place_words"], self.place(ours)
            fault = fault or ("" if theirs[1] else "市系统没有写明居委，请在团队的修改页面办理。")
        else:
            words = str(theirs) if fault else layouts.in_words(field, theirs), layouts.in_words(field, ours)
        if field == "contact_phone" and fault:
            words = layouts.in_words(field, theirs), words[1]
            fault = "市系统填写的不是有效的电话号码。"
        elif field == "contact_phone" and is_masked(theirs):
            fault = "市系统导出的电话已被遮蔽，无法还原。"
        found = Difference(
            line=line, field=field, theirs=theirs, ours=ours, theirs_words=words[0][:400], ours_words=words[1][:400], fault=fault
        )  # fmt: skip
        before = self.kept.get((line.organization_id, field))
        if before and (before.theirs, before.ours) == (theirs, ours):
            found.decision, found.decided_by_id, found.decided_at = Decision.KEPT, before.decided_by_id, before.decided_at  # fmt: skip
        return found

    def place(self, pair: list) -> str:
        street, community = pair
        return f"{self.streets.get(street, '')} {self.communities.get(community, '')}".strip()


def kept_before(source: Source, teams: list[Organization]) -> dict[tuple[int, str], Difference]:
    """(team, field) → the last decision of an earlier run, where it was to keep our value."""
    mine = [team.pk for team in teams]
    decided = Difference.objects.filter(line__run__source=source, line__organization__in=mine)
    decided = decided.exclude(decision=Decision.OPEN)
    last: dict[tuple[int, str], Difference] = {}
    for found in decided.select_related("line").order_by("decided_at", "pk"):
        last[found.line.organization_id, found.field] = found
    return {key: found for key, found in last.items() if found.decision == Decision.KEPT}


# ---- storing ------------------------------------------------------------------------------------------------


def store(
    run: Reconciliation, rows: list[Row], teams: list[Organization], comparer: Comparer, progress
) -> None:
    """Lines and differences of a run, those of an attempt that was cut short replaced; its counts."""
    with (
        connection.cursor() as cursor
    ):  # see orgs.actions.imports.staging: triggers on many rows are quick only so
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    Line.objects.filter(run=run).delete()
    lines, differences, open_ones = [], [], 0
    for done, row in enumerate(rows, 1):
        line = line_of(run, row)
        if row.organization:
            found = comparer(line, row)
            differences += found
            fresh = sum(d.decision == Decision.OPEN for d in found)
            line.kind, open_ones = (Kind.DIFFER if fresh else Kind.SAME), open_ones + fresh
        lines.append(line)
        if done % TELL_EVERY == 0:
            progress.at(done)
            progress.go_on()
    matched = {row.organization.pk for row in rows if row.organization}
    lines += [own_line(run, t) for t in teams if t.pk not in matched and t.status in EXPECTED]
    progress.step("写入核对结果", len(lines))
    Line.objects.bulk_create(lines, batch_size=BATCH)
    Difference.objects.bulk_create(differences, batch_size=BATCH)
    counts = {kind: sum(line.kind == kind for line in lines) for kind in Kind}
    run.same, run.differing = counts[Kind.SAME], counts[Kind.DIFFER]
    run.theirs, run.ours, run.differences = counts[Kind.THEIRS], counts[Kind.OURS], open_ones


def line_of(run: Reconciliation, row: Row) -> Line:
    name = row.values["name"] or "（未填名称）"
    theirs = {field: layouts.stored(value) for field, value in row.values.items()}
    return Line(
        run=run, kind=Kind.THEIRS, row=row.number, key=row.key[:250], name=name, sort_key=sort_key(name),
        street_id=row.street, community_id=row.community, organization=row.organization, theirs=theirs,
        faults=row.faults, note=row.note[:200],
    )  # fmt: skip


def own_line(run: Reconciliation, team: Organization) -> Line:
    return Line(
        run=run, kind=Kind.OURS, name=team.name, sort_key=team.sort_key, street_id=team.street_id,
        community_id=team.community_id, organization=team,
    )  # fmt: skip
