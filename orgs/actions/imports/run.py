"""One function, run twice: dry to check and preview, real to write. Either everything that was asked goes in, or nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from core.history import told
from core.ledger.columns import Ledger
from core.ledger.faults import Fault, telling_row
from core.ledger.reading import Sheet, open_ledger
from core.scope import Area
from orgs.actions.imports.activities import ActivityImport
from orgs.actions.imports.preview import Preview
from orgs.actions.imports.register import RegisterImport
from orgs.actions.imports.staging import FAULTS_OF_SHEETS
from orgs.choices import Tier, Verb

EVERYWHERE = Area("all", label="全部")
TIERS = {"registered": Tier.REGISTERED, "teams": Tier.TEAM, "groups": Tier.GROUP}
IMPORT_LOCK = 0x1E06E2  # one import writes at a time; checking needs no lock


class Silent:
    """Progress for whoever does not look."""

    def step(self, name: str, total: int) -> None: ...

    def at(self, done: int) -> None: ...


@dataclass(frozen=True)
class Choices:
    """What a person chose of what is off by default.

    good_only: write also where other rows have faults; apply_held: also update records that may be other organisations, all or in these rows;
    clear: let empty cells empty these fields of the register, True for all.
    """

    good_only: bool = False
    apply_held: bool | Iterable[int] = False
    clear: bool | Iterable[str] = ()


@dataclass
class Counts:
    """Rows: read = created + updated + unchanged + rejected + held."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    held: int = 0


@dataclass
class Outcome(Counts):
    """What a run found, and whether it wrote. `kinds`: kind of fault → faults."""

    written: bool = False
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    preview: dict = field(default_factory=dict)
    context: str = ""

    def counts(self) -> dict[str, int]:
        return {name: number for name, number in asdict(self).items() if name in Counts.__annotations__}


def run(
    ledger: Ledger,
    path: Path,
    *,
    by,
    write: bool,
    choices: Choices | None = None,
    job: int | None = None,
    file_name: str = "",
    progress=None,
    keep: Callable[[object, Preview], None] | None = None,
) -> Outcome:
    """Check a ledger and, when asked and allowed, write it.

    by: the person, whose area cuts everything, or None for the command line (everywhere); keep: called inside the transaction
    with the import and its preview. Raises `Refused`, and `RowError` for what was not foreseen in a row.
    """
    progress, choices = progress or Silent(), choices or Choices()
    progress.step("读取工作簿", 0)
    sheet = open_ledger(path, ledger, settings.IMPORT_MAX_BYTES)
    area = by.area if by else EVERYWHERE
    kind = ActivityImport if ledger.kind == "activities" else RegisterImport
    name = file_name or path.name
    with transaction.atomic(), told(Verb.IMPORT, by, f"导入 {name}", job=job) as context:
        work = kind(ledger, TIERS.get(ledger.kind), sheet, area)
        work.by, work.apply_held, work.clear = by, choices.apply_held, choices.clear
        if write:
            work.staging.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])
        progress.step("核对", sheet.total)
        with telling_row(work.parser):
            work.stage(progress)
        progress.step("与名册比对", work.read)
        work.check()
        outcome = _count(work, sheet)
        shown = work.preview()
        outcome.preview = shown.summary()
        if keep:
            keep(work, shown)
        if write and (choices.good_only or not outcome.rejected):
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
        held=changes.get("held", 0),
        sheet=sheet.name,
        sheets=[page.name for page in sheet.pages],
        notes=sheet.notes,
        kinds=kinds,
    )


def keep_in_list(found: list[Fault]) -> Callable[[object, Preview], None]:
    """For the command line: the faults as a list."""
    return lambda work, shown: found.extend(work.staging.faults())


def keep_for_job(job: int) -> Callable[[object, Preview], None]:
    """Store the faults and the rows of the preview with their job, replacing those of an earlier run."""

    def keep(work, shown: Preview) -> None:
        staging = work.staging
        staging.execute("DELETE FROM orgs_importfault WHERE job_id = %s", [job])
        staging.execute(
            'INSERT INTO orgs_importfault (job_id, "row", "column", header, kind, value, reason, allowed, sheet) '
            f"SELECT %s, found.* FROM ({FAULTS_OF_SHEETS}) found",
            [job],
        )
        shown.store(job)

    return keep


def faults_of(rows) -> Iterator[Fault]:
    """Stored faults as the marker reads them."""
    for row in rows.values_list(
        "row", "column", "header", "kind", "value", "reason", "allowed", "sheet"
    ).iterator(chunk_size=2_000):
        yield Fault(*row)
