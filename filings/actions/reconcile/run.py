"""A reconciliation as a background job: headers read, columns asked for once, compared. Killed half way nothing of it stays."""

import logging
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from core import jobs
from core.choices import JobState
from core.files.guard import Refused
from core.history import told
from core.jobs import exports
from core.ledger.faults import RowError
from core.models import Job
from filings.actions.reconcile.compare import compare
from filings.choices_reconcile import ReconcileVerb
from filings.models import Reconciliation, Source
from filings.queries import layouts

log = logging.getLogger(__name__)
KIND = "filings.reconcile"
MOST_NAMED = 12  # streets of rows that are not kept
NOT_SET = "请先设置栏目对应：每个市系统只需设置一次。"


@transaction.atomic
def submit(*, source: Source, file, by) -> Reconciliation:
    """Keep the upload and queue its comparison with the teams of the sender's area."""
    run = keep(source=source, file=file, by=by)
    jobs.enqueue(run.job)
    return run


def keep(*, source: Source, file, by) -> Reconciliation:
    job = Job(kind=KIND, title=f"{source.name}核对：{file.name}"[:200], owner=by, file_name=file.name[:200])
    job.file.save("export.xlsx", file, save=True)
    area = by.area
    place = {f"{area.kind}_id": area.pk} if area.pk else {}
    if "street_id" in place:
        place["district_id"] = by.street.district_id
    return Reconciliation.objects.create(
        job=job, source=source, file_name=file.name[:200], area=area.label, **place
    )


@transaction.atomic
def set_columns(
    *, source: Source, columns: dict[str, str], headers: list[str], run: Reconciliation | None, by
) -> Source:
    """Say which of their columns is which of our fields; a run that waits for it goes on."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    source.columns, source.headers = columns, headers or source.headers
    source.updated_by, source.updated_at = by, timezone.now()
    with told(ReconcileVerb.COLUMNS, by, source.name):
        source.save()
    if run:
        jobs.again(run.pk, JobState.WAITING, JobState.FAILED)
    return source


def retry(*, run: Reconciliation) -> None:
    if not run.job.file or not jobs.again(run.pk, JobState.FAILED):
        raise ValidationError("这次核对现在不能重试，请重新上传导出表。")


def cancel(*, run: Reconciliation) -> None:
    open_ = (JobState.QUEUED, JobState.RUNNING, JobState.WAITING)
    if not jobs.cancel(run.pk, *open_, message="已取消，没有核对结果。"):
        raise ValidationError("这次核对已经结束，不能取消。")
    drop_file(run.job)


def drop_file(job: Job) -> None:
    """The upload also holds rows of other streets, which are not kept."""
    exports.drop_file(job)


def work(job: Job, progress: jobs.Progress) -> None:
    if not job.owner.may("filings.reconcile"):
        raise jobs.Refused("发起人的账号已停用，或不再有核对的权限，没有处理。")
    run = Reconciliation.objects.select_related("source").get(pk=job.pk)
    try:
        headers = layouts.read_headers(Path(job.file.path), run.source)
        if unknown := unknown_columns(run.source, headers):
            jobs.end(job, JobState.WAITING, message=unknown, result={"headers": headers})
            return
        finish(job, run, headers, progress)
    except Refused as refused:
        raise jobs.Refused(str(refused)) from refused
    except RowError as error:
        log.exception("reconciliation %s fails at row %s", job.pk, error.row)
        raise jobs.Refused(error.sentence(job.pk)) from error
    drop_file(job)


def unknown_columns(source: Source, headers: list[str]) -> str:
    """Why a person must say which column is which; empty when it is known."""
    if not source.columns:
        return NOT_SET
    if gone := layouts.missing(source, headers):
        return f"这份导出表里没有“{'”“'.join(gone)}”这些栏目，请重新设置栏目对应。"
    return ""


def finish(job: Job, run: Reconciliation, headers: list[str], progress: jobs.Progress) -> None:
    """Lines, counts and the end of the job: all or nothing."""
    with transaction.atomic():
        elsewhere = compare(run, Path(job.file.path), job.owner.area, progress)
        run.save()
        words = (
            f"{run.source.name}{run.rows:,} 行：一致 {run.same:,}，不一致 {run.differing:,}（{run.differences:,} 处），"
            f"仅市系统有 {run.theirs:,}，仅本系统有 {run.ours:,}。"
        )
        if run.outside:
            streets = "、".join(
                f"{name or '未填街镇'} {n:,}" for name, n in elsewhere.most_common(MOST_NAMED)
            )
            words += f"另有 {run.outside:,} 行不在管辖范围，没有保留（{streets}）。"
        progress.go_on()
        jobs.end(
            job, JobState.DONE, message=words, done=run.rows, total=run.rows, result={"headers": headers}
        )
