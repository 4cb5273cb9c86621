"""A large act is taken back in the background."""

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


def work(pk: int) -> None:
    """Harmless when delivered twice: an act is taken back once."""
    job = jobs.claim(pk)
    if job is None:
        return
    with jobs.Progress(pk) as progress:
        progress.step("撤销", job.total)
        try:
            done = undo(job.params["context"], job.owner, job.params["take"])
        except Refused as refused:
            jobs.close(pk, JobState.FAILED, message=str(refused))
        else:
            jobs.close(pk, JobState.DONE, step="", done=job.total, message=words(done))


def words(done: Plan) -> str:
    """What was done, in one sentence."""
    counted = (("恢复", "restored"), ("删除", "removed"), ("找回", "back"), ("保留", "left_total"))
    sums = [(word, sum(getattr(part, name) for part in done.parts)) for word, name in counted]
    return (
        "已撤销："
        + "，".join(f"{word} {count:,} 条" for word, count in sums if count or word == "恢复")
        + "。"
    )
