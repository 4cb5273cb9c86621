"""Lists taken away as workbooks: made in the background for the person as the person is then, kept for a week."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from core import audit, jobs, scratch
from core.access import require
from core.choices import JOB_OPEN, AuditKind, JobState
from core.models import Job
from core.registry import list_named
from core.tables.sheets import Sheet, write_sheet
from core.words import without_numbers

KIND = "export"
EXPIRED = {  # kinds whose files hold rows of a list, and what is said when a file is past its days
    KIND: "文件已过期，请重新导出。",
    "bulk": "结果文件已过期；每条记录改了什么，仍可在它的变更记录中查看。",
}
KINDS_WITH_ROWS = tuple(EXPIRED)
KEPT_FOR = timedelta(days=7)
MOST_ROWS = 1_048_000  # what a worksheet holds, less its head


def may(view) -> None:
    require(view.request.user, view.export_grant or view.grant, "导出这个名册")


def sheet_of(view) -> Sheet:
    """The opened list as it is filtered, in its order, cut to the person's jurisdiction at this moment."""
    column, descending = view.order()
    chosen = view.table.visible if view.table.chosen else view.columns
    return Sheet(
        title=view.title,
        columns=[c for c in chosen if c.exported],
        rows=view.queryset.order_by(*([f"-{column.sort}", "-pk"] if descending else [column.sort, "pk"])),
        scope=view.request.user.area.label,
        filters=view.conditions(),
    )


def submit(view, *, by) -> Job:
    """Queue the workbook of an opened list; the same one asked for twice is made once."""
    params = {"list": view.url_name, "query": view.state}
    with transaction.atomic():
        job = Job.objects.filter(owner=by, kind=KIND, state__in=JOB_OPEN, params=params).first()
        if job is None:
            job = Job.objects.create(kind=KIND, title=f"导出{view.title}", owner=by, params=params)
            jobs.enqueue(job)
    return job


def opened(job: Job):
    """The job's list as its owner sees it now; refused when owner or list may no longer be."""
    kind = list_named(job.params["list"])
    if kind is None:
        raise jobs.Refused("这个名册已经不在系统中，请从新的名册重新提交。")
    if not job.owner.is_active:
        raise jobs.Refused("发起人的账号已停用，没有处理。")
    return kind.seen_by(job.owner, job.params["query"])


@contextmanager
def one_moment() -> Iterator[None]:
    """Every statement reads the same state, so that what is counted is what is written."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def write(view, path: Path, progress: jobs.Progress | None = None) -> Sheet:
    """The list as it is filtered, in its order, with the columns that may leave; `rows` written are `rows` counted."""
    may(view)
    sheet = sheet_of(view)

    def tick(done: int) -> None:
        if progress:
            progress.at(done)
            progress.go_on()

    with one_moment():
        sheet.count = sheet.rows.count()
        if sheet.count > MOST_ROWS:
            raise jobs.Refused(f"共 {sheet.count:,} 行，超过一张 Excel 表能放的行数。请加条件，分几次导出。")
        if progress:
            progress.step("写入工作簿", sheet.count)
        _, written = write_sheet(sheet, path, tick)
    if written != sheet.count:
        if progress:
            progress.go_on()
        raise RuntimeError(f"{written} rows written of {sheet.count}")
    return sheet


def make(job: Job, progress: jobs.Progress) -> None:
    """What the worker does with an export."""
    view = opened(job)
    with scratch.folder("export") as folder:
        path = folder / "list.xlsx"
        sheet = write(view, path, progress)
        audit.record(
            AuditKind.EXPORT, user=job.owner, act="生成", job=job.pk, list=view.title, rows=sheet.count,
            filters=without_numbers(sheet.filters), scope=sheet.scope,
        )  # fmt: skip
        job.result = {}  # of an earlier making
        name = f"{view.title}_{timezone.localdate():%Y%m%d}.xlsx"
        result = {"rows": sheet.count, "filters": sheet.filters}
        finish(job, path, name, sheet.count, result, f"共 {sheet.count:,} 行。")


def finish(job: Job, path: Path, file_name: str, rows: int, result: dict, message: str) -> None:
    """Keep the file and end the job; both or neither. The area is kept: only within the same one may the file be fetched."""
    area = job.owner.area
    with path.open("rb") as content:
        name = default_storage.save(
            f"jobs/{timezone.localdate():%Y/%m}/{job.kind}-{job.pk}-{job.attempts}.xlsx", File(content)
        )
    ended = jobs.settle(
        job, JobState.DONE, file=name, file_name=file_name, message=message, done=rows, total=rows,
        params=job.params | {"area": [area.kind, area.pk]},
        result=job.result | result | {"scope": area.label},
    )  # fmt: skip
    if not ended:
        default_storage.delete(name)
        raise jobs.Stopped


def expired(job: Job) -> bool:
    """Whether the file of a finished job is past its days."""
    return bool(
        job.kind in KINDS_WITH_ROWS
        and job.state == JobState.DONE
        and job.finished_at < timezone.now() - KEPT_FOR
    )


def may_fetch(job: Job, user) -> None:
    """Refuse a file whose grant or jurisdiction its owner no longer has. Files of other kinds hold nothing of a list."""
    if job.kind not in KINDS_WITH_ROWS:
        return
    may(opened(job))
    if job.params.get("area") != [user.area.kind, user.area.pk]:
        raise PermissionDenied("管辖范围已变，请重新导出。")


def to_see_to(user) -> list[Job]:
    """The person's own jobs that ask for something: a decision, a file to fetch, a failure to look at."""
    since = timezone.now() - KEPT_FOR
    mine = Job.objects.filter(owner=user)
    waiting = Q(state=JobState.WAITING)
    ended = Q(kind__in=KINDS_WITH_ROWS, finished_at__gte=since)
    asks = Q(kind=KIND) | Q(
        result__left__gt=0
    )  # of many changes only those tell something that left rows as they were
    unfetched = ended & asks & Q(state=JobState.DONE) & ~Q(file="") & ~Q(result__has_key="fetched_at")
    return list(
        mine.filter(waiting | unfetched | ended & Q(state=JobState.FAILED)).only(
            "title", "state", "owner", "kind"
        )
    )


def drop_file(job: Job) -> int:
    """Delete the file of a job, unless the job has another one by now; how many were deleted."""
    name = job.file.name
    dropped = Job.objects.filter(pk=job.pk, file=name).update(file="") if name else 0
    if dropped:
        default_storage.delete(name)
        job.file = ""
    return dropped


def delete_expired() -> int:
    """Delete the files of a week ago; the jobs stay and say so."""
    old = Job.objects.filter(
        kind__in=KINDS_WITH_ROWS, state=JobState.DONE, finished_at__lt=timezone.now() - KEPT_FOR
    )
    return sum(drop_file(job) for job in old.exclude(file=""))
