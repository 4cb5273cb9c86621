"""The copy of an uploaded ledger with its faults marked: made in the background, after the faults are shown."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.storage import default_storage

from core import jobs, scratch
from core.choices import JobState
from core.files.guard import Refused
from core.ledger.columns import Ledger
from core.ledger.marking import mark
from core.ledger.reading import open_ledger
from core.models import Job
from orgs.actions.imports import run
from orgs.models import ImportFault
from orgs.queries.imports import MARKED, copies


def ask(source: Job) -> None:
    """Queue the marked copy of an import; copies of earlier checks go, they show other faults."""
    for old in copies(source):
        old.file.delete(save=False)
        old.delete()
    job = Job.objects.create(
        kind=MARKED,
        title=f"标注副本：{source.file_name}"[:200],
        owner=source.owner,
        params={"import": source.pk},
    )
    jobs.enqueue(job)


def ask_again(source: Job) -> None:
    """Once more what failed. Raises ValidationError when there is nothing to mark."""
    copy = copies(source).first()
    if copy is None or not jobs.again(copy.pk, JobState.FAILED):
        raise ValidationError("标注副本正在生成或已经生成，请刷新页面。")


def work(pk: int, ledgers: dict[str, Ledger]) -> None:
    """Make the copy. Harmless when delivered twice or killed half way."""
    jobs.run(pk, lambda job, progress: _make(job, ledgers, progress))


def _make(job: Job, ledgers: dict[str, Ledger], progress) -> None:
    source = Job.objects.filter(pk=job.params["import"]).first()
    if source is None or not source.file:
        raise jobs.Refused("原来的台账已经删除，不能再生成标注副本。")
    found = ImportFault.objects.filter(job=source)
    progress.step("标注问题", found.count())
    path = Path(source.file.path)
    with scratch.folder("marked") as folder:
        target = folder / "marked.xlsx"
        try:
            sheet = open_ledger(path, ledgers[source.params["ledger"]])
            whole = mark(path, target, sheet, run.faults_of(found.order_by("id")))
        except Refused as refused:
            raise jobs.Refused(str(refused)) from refused
        name = source.file.name.removesuffix(".xlsx") + f"-marked-{job.pk}-{job.attempts}.xlsx"
        with target.open("rb") as content:
            name = default_storage.save(name, File(content))
    file_name = f"{source.file_name.removesuffix('.xlsx')}_标注.xlsx"[-200:]
    if not jobs.settle(job, JobState.DONE, file=name, file_name=file_name, result={"whole": whole}):
        default_storage.delete(name)  # another worker has made it meanwhile
