"""An import as a background job: checked, shown, decided on, written, perhaps taken back."""

import logging
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from core import jobs, outages, scratch
from core import undo as acts
from core.choices import JobState
from core.ledger.columns import Ledger
from core.ledger.guard import Refused
from core.ledger.marking import mark
from core.ledger.reading import open_ledger
from core.models import Job
from orgs.actions.imports import run, undo
from orgs.models import ImportFault
from orgs.queries.imports import KIND

log = logging.getLogger(__name__)
RETRY = "写入时数据库拒绝了其中的内容（可能有人同时在修改），没有写入任何内容。请重新核对后再导入。"


def submit(*, ledger: Ledger, file, by) -> Job:
    """Keep the upload and queue its check."""
    with transaction.atomic():
        job = Job(
            kind=KIND, title=f"导入{ledger.name}：{file.name}"[:200], owner=by, file_name=file.name[:200]
        )
        job.params = {"ledger": ledger.kind, "ledger_name": ledger.name, "phase": "check"}
        job.file.save("ledger.xlsx", file, save=True)
        jobs.enqueue(job)
    return job


def confirm(*, job: Job, good_only: bool) -> None:
    """Queue the writing of a checked ledger."""
    rejected = job.result.get("counts", {}).get("rejected", 0)
    if rejected and not good_only:
        raise ValidationError("还有问题没有改正：可以只导入正确的行，或改正标注副本后重新提交。")
    _again(job, JobState.WAITING, {"phase": "write", "good_only": good_only}, "这次导入已经确认或取消过了。")


def cancel(*, job: Job) -> None:
    if not jobs.cancel(job.pk, JobState.WAITING, message="已取消，没有写入任何内容。"):
        raise ValidationError("这次导入已经确认或取消过了。")


def take_back(*, job: Job) -> None:
    """Queue the undoing of a finished import."""
    if not job.result.get("context") or job.result.get("undone"):
        raise ValidationError("这次导入没有可以撤销的内容。")
    if refusal := acts.refusal(acts.act_of(job.result["context"])):
        raise ValidationError(refusal)
    if acts.find(job.result["context"], job.owner) is None:
        raise ValidationError("其中有组织已不在您的管辖范围，不能撤销。请联系区民政局经办。")
    _again(job, JobState.DONE, {"phase": "undo"}, "这次导入现在不能撤销。")


def _again(job: Job, expected: JobState, params: dict, otherwise: str) -> None:
    if not jobs.again(job.pk, expected, params=params):
        raise ValidationError(otherwise)


def work(pk: int, ledgers: dict[str, Ledger]) -> None:
    """Do what the job asks for next. Harmless when delivered twice or killed half way."""
    jobs.run(pk, lambda job, progress: _next(job, ledgers[job.params["ledger"]], progress))


def _next(job: Job, ledger: Ledger, progress) -> None:
    if not (job.owner.is_active and job.owner.may("orgs.import") and job.owner.area.kind != "none"):
        raise jobs.Refused("发起人的账号已停用，或不再有导入的权限，没有写入任何内容。")
    phases = {"check": _check, "write": _write, "undo": _undo}
    try:
        phases[job.params["phase"]](job, ledger, progress)
    except Refused as refused:
        raise jobs.Refused(str(refused)) from refused
    except acts.Refused as refused:
        jobs.end(job, JobState.DONE, message=str(refused))
    except DatabaseError as error:
        if outages.passing(error):
            raise
        log.exception("import %s was refused by the database", job.pk)
        raise jobs.Refused(RETRY) from error


def _check(job: Job, ledger: Ledger, progress) -> None:
    outcome = run.run(
        ledger, Path(job.file.path), by=job.owner, write=False, job=job.pk, file_name=job.file_name, progress=progress,
        keep_faults=run.keep_for_job(job.pk),
    )  # fmt: skip
    result = _result(outcome)
    if outcome.kinds:
        progress.step("标注问题", 0)
        result |= _marked(job, ledger)
    jobs.end(job, JobState.WAITING, result=result, done=outcome.read, total=outcome.read)


def _write(job: Job, ledger: Ledger, progress) -> None:
    """The job's end is part of the transaction: after a kill either both are there or neither."""
    with transaction.atomic():
        outcome = run.run(
            ledger, Path(job.file.path), by=job.owner, write=True, good_only=job.params["good_only"], job=job.pk,
            file_name=job.file_name, progress=progress, keep_faults=run.keep_for_job(job.pk),
        )  # fmt: skip
        if outcome.written:
            kept = {k: job.result[k] for k in ("marked", "marked_whole") if k in job.result}
            message = f"新增 {outcome.created:,} 行，更新 {outcome.updated:,} 行。"
            jobs.end(job, JobState.DONE, message=message, result=_result(outcome) | kept, done=outcome.read)
            return
    message = "核对以后名册有了变化，出现新的问题，没有写入任何内容，请重新确认。"
    result = _result(outcome) | _marked(job, ledger)
    jobs.end(job, JobState.WAITING, message=message, result=result, done=outcome.read)


def _undo(job: Job, ledger: Ledger, progress) -> None:
    progress.step("撤销导入", 0)
    with transaction.atomic():
        done = undo.undo(
            context=job.result["context"],
            job=job.pk,
            file_name=job.file_name,
            by=job.owner,
        )
        message = (
            f"已撤销：删除 {done.removed:,} 行，恢复 {done.restored:,} 行，保留 {done.left_total:,} 行。"
        )
        undone = {
            "removed": done.removed,
            "restored": done.restored,
            "left": done.left,
            "left_total": done.left_total,
        }
        jobs.end(job, JobState.DONE, message=message, result=job.result | {"undone": undone})


def _result(outcome: run.Outcome) -> dict:
    return {
        "counts": outcome.counts(),
        "kinds": outcome.kinds,
        "preview": outcome.preview,
        "sheet": outcome.sheet,
        "written": outcome.written,
        "context": outcome.context,
    }


def _marked(job: Job, ledger: Ledger) -> dict:
    """Make the marked copy beside the upload; its name in the storage and whether the whole workbook was kept."""
    faults = run.faults_of(ImportFault.objects.filter(job=job).order_by("row", "column", "id"))
    source = Path(job.file.path)
    with scratch.folder("marked") as folder:
        target = folder / "marked.xlsx"
        whole = mark(source, target, open_ledger(source, ledger), faults)
        name = job.file.name.removesuffix(".xlsx") + "-marked.xlsx"
        if default_storage.exists(name):
            default_storage.delete(name)
        with target.open("rb") as file:
            name = default_storage.save(name, File(file))
    return {"marked": name, "marked_whole": whole}
