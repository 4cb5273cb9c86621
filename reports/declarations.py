"""What the reports declare."""

from core import registry
from reports import actions, policy, queries, tasks

registry.declare("夜间任务", policy.PARAMETERS)
registry.job(actions.KIND, tasks.run_nights)
registry.todo(queries.from_register)
registry.todo(queries.from_jobs)
registry.todo(queries.from_nights)
registry.todo(queries.from_drafts)
