"""A large act is taken back in the background."""

from django.db import transaction

from core import jobs
from core.choices import JobState
from core.models import Job
from core.undo.acts import Act
from core.undo.run import Plan, Refused, undo

KIND = "undo"
AT_ONCE = 2_000  # rows that a request can wait for


def submit(act: Act, by, take: list[str]) -> Job:
    job = Job.objects.create(
        kind=KIND,
        title=f"撤销：{act.words} {act.reason}"[:200],
        owner=by,
        total=act.rows,
        params={"context": str(act.context), "take": take},
    )
    jobs.enqueue(job)
    return job


def work(job: Job, progress: jobs.Progress) -> None:
    """The end of the job is part of the act: after a kill either both are there or neither."""
    progress.step("撤销", job.total)
    try:
        with transaction.atomic():
            done = undo(job.params["context"], job.owner, job.params["take"])
            jobs.end(job, JobState.DONE, done=job.total, message=words(done))
    except Refused as refused:
        raise jobs.Refused(str(refused)) from refused


def words(done: Plan) -> str:
    """What was done, in one sentence."""
    counted = (("恢复", "restored"), ("删除", "removed"), ("找回", "back"), ("保留", "left_total"))
    sums = [(word, sum(getattr(part, name) for part in done.parts)) for word, name in counted]
    return (
        "已撤销："
        + "，".join(f"{word} {count:,} 条" for word, count in sums if count or word == "恢复")
        + "。"
    )
