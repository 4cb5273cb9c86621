"""An import as a background job: checked, shown, decided on, written. The copy with the faults marked is a job of its own."""

import logging
from collections.abc import Iterable
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from core import jobs, outages
from core.choices import JobState
from core.files.guard import Refused
from core.ledger.columns import Ledger
from core.ledger.faults import RowError
from core.ledger.reading import open_ledger
from core.models import Job
from orgs.actions.imports import marked, run
from orgs.choices import RowGroup
from orgs.models import ImportRow
from orgs.queries.imports import KIND

log = logging.getLogger(__name__)
RETRY = "写入时数据库拒绝了其中的内容（可能有人同时在修改），没有写入任何内容。请重新核对后再导入。"
OVER = "这次导入已经确认或取消过了。"


def submit(*, ledger: Ledger, file, by) -> Job:
    """Keep the upload and queue its check."""
    with transaction.atomic():
        job = Job(kind=KIND, title=titled(ledger, file.name), owner=by, file_name=file.name[:200])
        job.params = {"ledger": ledger.kind, "ledger_name": ledger.name, "phase": "check"}
        job.file.save("ledger.xlsx", file, save=True)
        jobs.enqueue(job)
    return job


def titled(ledger: Ledger, file_name: str) -> str:
    return f"导入{ledger.name}：{file_name}"[:200]


def confirm(
    *, job: Job, good_only: bool, apply_held: bool | Iterable[int] = False, clear: Iterable[str] = ()
) -> None:
    """Queue the writing of a checked ledger, with what was chosen of what is off by default; see `run.Choices`."""
    counts = job.result.get("counts")
    if counts is None:
        raise ValidationError("这份台账还没有核对，不能导入。")
    if counts.get("rejected") and not good_only:
        raise ValidationError("还有问题没有改正：可以只导入正确的行，或改正标注副本后重新提交。")
    held = apply_held if isinstance(apply_held, bool) else sorted(apply_held)
    choices = {"good_only": good_only, "apply_held": held, "clear": sorted(clear)}
    _again(job, {"phase": "write", "choices": choices})


def choose(*, job: Job, listed: Iterable[int], chosen: Iterable[int]) -> None:
    """Say of held rows, by their numbers, which of those that were listed are meant; the others are not."""
    if job.state != JobState.WAITING:
        raise ValidationError(OVER)
    rows = ImportRow.objects.filter(job=job, group=RowGroup.HELD, row__in=list(listed))
    with transaction.atomic():
        rows.update(chosen=False)
        rows.filter(row__in=list(chosen)).update(chosen=True)


def recheck(*, job: Job, ledger: Ledger) -> None:
    """Check the same upload as another kind of ledger."""
    if job.result.get("fits") != ledger.kind:
        raise ValidationError("这份文件不能按这种台账核对，请重新上传。")
    with transaction.atomic():
        _again(job, {"phase": "check", "ledger": ledger.kind, "ledger_name": ledger.name})
        Job.objects.filter(pk=job.pk).update(title=titled(ledger, job.file_name), result={})


def cancel(*, job: Job) -> None:
    if not jobs.cancel(job.pk, JobState.WAITING, message="已取消，没有写入任何内容。"):
        raise ValidationError(OVER)


def _again(job: Job, params: dict) -> None:
    if not jobs.again(job.pk, JobState.WAITING, params=params):
        raise ValidationError(OVER)


def work(pk: int, ledgers: dict[str, Ledger]) -> None:
    """Do what the job asks for next. Harmless when delivered twice or killed half way."""
    jobs.run(pk, lambda job, progress: _next(job, ledgers, progress))


def _next(job: Job, ledgers: dict[str, Ledger], progress) -> None:
    if not (job.owner.is_active and job.owner.may("orgs.import") and job.owner.area.kind != "none"):
        raise jobs.Refused("发起人的账号已停用，或不再有导入的权限，没有写入任何内容。")
    phases = {"check": _check, "write": _write}
    try:
        phases[job.params["phase"]](job, ledgers, progress)
    except Refused as refused:
        raise jobs.Refused(str(refused)) from refused
    except RowError as error:
        log.exception("import %s fails at row %s", job.pk, error.row)
        raise jobs.Refused(error.sentence(job.pk)) from error
    except DatabaseError as error:
        if outages.passing(error):
            raise
        log.exception("import %s was refused by the database", job.pk)
        raise jobs.Refused(RETRY) from error


def _check(job: Job, ledgers: dict[str, Ledger], progress) -> None:
    try:
        outcome = _run(job, ledgers, progress, write=False)
    except Refused as refused:
        if (fits := _fitting(job, ledgers)) is None:
            raise
        jobs.end(
            job, JobState.WAITING, message=str(refused), result={"fits": fits.kind, "fits_name": fits.name}
        )
        return
    _shown(job, outcome)


def _fitting(job: Job, ledgers: dict[str, Ledger]) -> Ledger | None:
    """The kind of ledger that the upload is, when it is not the one that was chosen."""
    found = []
    for kind, ledger in ledgers.items():
        if kind != job.params["ledger"]:
            try:
                sheet = open_ledger(Path(job.file.path), ledger)
                found.append((max(len(page.plan) for page in sheet.pages), ledger))
            except Refused:
                continue
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _write(job: Job, ledgers: dict[str, Ledger], progress) -> None:
    """The job's end is part of the transaction: after a kill either both are there or neither."""
    with transaction.atomic():
        outcome = _run(job, ledgers, progress, write=True)
        if outcome.written:
            held = f"，编号相同、其他不同的 {outcome.held:,} 行没有更新" if outcome.held else ""
            message = f"新增 {outcome.created:,} 行，更新 {outcome.updated:,} 行{held}。"
            jobs.end(job, JobState.DONE, message=message, result=_result(outcome), done=outcome.read)
            return
    _shown(job, outcome, "核对以后名册有了变化，出现新的问题，没有写入任何内容，请重新确认。")


def _run(job: Job, ledgers: dict[str, Ledger], progress, write: bool) -> run.Outcome:
    return run.run(
        ledgers[job.params["ledger"]], Path(job.file.path), by=job.owner, write=write, job=job.pk, file_name=job.file_name,
        choices=run.Choices(**job.params["choices"]) if write else None, progress=progress, keep=run.keep_for_job(job.pk),
    )  # fmt: skip


def _shown(job: Job, outcome: run.Outcome, message: str = "") -> None:
    """What was found is shown first; the marked copy is made afterwards and may fail without taking anything away."""
    with transaction.atomic():
        jobs.end(
            job,
            JobState.WAITING,
            message=message,
            result=_result(outcome),
            done=outcome.read,
            total=outcome.read,
        )
        if outcome.kinds:
            marked.ask(job)


def _result(outcome: run.Outcome) -> dict:
    return {
        "counts": outcome.counts(),
        "kinds": outcome.kinds,
        "preview": outcome.preview,
        "sheet": outcome.sheet,
        "sheets": outcome.sheets if len(outcome.sheets) > 1 else [],
        "notes": outcome.notes,
        "written": outcome.written,
        "context": outcome.context,
    }
