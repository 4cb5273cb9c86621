"""What core itself declares, in the way of every app."""

from core import (
    checks,  # noqa: F401 - registers with Django
    policy,
    registry,
)
from core.casework import todo
from core.jobs import bulk, exports
from core.jobs import tasks as jobs
from core.undo import job as undo_job
from core.undo import tasks as undo

registry.declare("平台", policy.PARAMETERS)
registry.todo(todo.cases)
registry.job(exports.KIND, jobs.run_export)
registry.job(bulk.KIND, jobs.run_bulk, page="jobs:bulk")
registry.job(undo_job.KIND, undo.run_undo)
registry.pages({
    "jobs:list": "后台任务", "notices:list": "通知", "drafts:keep": "草稿", "views:list": "我的视图", "badges": "待办提醒",
})  # fmt: skip
