"""One function, run twice: dry to check and preview, real to write. Either everything that was asked goes in, or nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core.history import told
from core.ledger.columns import Ledger
from core.ledger.faults import Fault
from core.ledger.reading import Sheet, open_ledger
from core.scope import Area
from orgs.actions.imports.activities import ActivityImport
from orgs.actions.imports.register import RegisterImport
from orgs.actions.imports.staging import FAULTS_OF_SHEETS, Staging
from orgs.choices import Tier, Verb

EVERYWHERE = Area("all", label="全部")
TIERS = {"registered": Tier.REGISTERED, "teams": Tier.TEAM, "groups": Tier.GROUP}
IMPORT_LOCK = 0x1E06E2  # one import writes at a time; checking needs no lock


class Silent:
    """Progress for whoever does not look."""

    def step(self, name: str, total: int) -> None: ...

    def at(self, done: int) -> None: ...


@dataclass
class Outcome:
    """What a run found, and whether it wrote. Counts are rows; `kinds`: kind of fault → faults."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    written: bool = False
    sheet: str = ""
    sheets: int = 1
    notes: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    preview: dict = field(default_factory=dict)
    context: str = ""

    def counts(self) -> dict[str, int]:
        return {k: getattr(self, k) for k in ("read", "created", "updated", "unchanged", "rejected")}


def run(
    ledger: Ledger,
    path: Path,
    *,
    by,
    write: bool,
    good_only: bool = False,
    job: int | None = None,
    file_name: str = "",
    progress=None,
    keep_faults: Callable[[Sheet, Staging], None] | None = None,
) -> Outcome:
    """Check a ledger and, when asked and allowed, write it.

    by: the person, whose area cuts everything, or None for the command line (everywhere);
    keep_faults: called inside the transaction with the faults staged. Raises `Refused`.
    """
    progress = progress or Silent()
    progress.step("读取工作簿", 0)
    sheet = open_ledger(path, ledger, settings.IMPORT_MAX_BYTES)
    area = by.area if by else EVERYWHERE
    kind = ActivityImport if ledger.kind == "activities" else RegisterImport
    name = file_name or path.name
    with transaction.atomic(), told(Verb.IMPORT, by, f"导入 {name}", job=job) as context:
        work = kind(ledger, TIERS.get(ledger.kind), sheet, area)
        work.by = by
        if write:
            work.staging.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        progress.step("核对", sheet.total)
        work.stage(progress)
        progress.step("与名册比对", work.read)
        work.check()
        outcome = _count(work, sheet)
        outcome.preview = work.preview()
        if keep_faults:
            keep_faults(sheet, work.staging)
        if write and (good_only or not outcome.rejected):
            progress.step("写入", work.read)
            work.write(progress)
            outcome.written, outcome.context = True, str(getattr(context, "id", "") or "")
    return outcome


def _count(work, sheet: Sheet) -> Outcome:
    changes = work.compare()
    kinds = dict(work.staging.all("SELECT kind, count(*) FROM import_fault GROUP BY 1 ORDER BY 2 DESC, 1"))
    return Outcome(
        read=work.read,
        created=changes.get("new", 0),
        updated=changes.get("changed", 0),
        unchanged=changes.get("same", 0),
        rejected=changes.get("rejected", 0),
        sheet=sheet.name,
        sheets=len(sheet.pages),
        notes=sheet.notes,
        kinds=kinds,
    )


def keep_in_list(found: list[Fault]) -> Callable[[Sheet, Staging], None]:
    """For the command line: the faults as a list."""
    return lambda sheet, staging: found.extend(staging.faults())


def keep_for_job(job: int) -> Callable[[Sheet, Staging], None]:
    """Store the faults with their job, replacing those of an earlier run."""

    def keep(sheet: Sheet, staging: Staging) -> None:
        staging.execute("DELETE FROM orgs_importfault WHERE job_id = %s", [job])
        staging.execute(
            'INSERT INTO orgs_importfault (job_id, "row", "column", header, kind, value, reason, allowed, sheet) '
            f"SELECT %s, found.* FROM ({FAULTS_OF_SHEETS}) found",
            [job],
        )

    return keep


def faults_of(rows) -> Iterator[Fault]:
    """Stored faults as the marker reads them."""
    for row in rows.values_list(
        "row", "column", "header", "kind", "value", "reason", "allowed", "sheet"
    ).iterator(chunk_size=2_000):
        yield Fault(*row)
