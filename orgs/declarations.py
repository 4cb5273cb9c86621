"""What the register declares."""

from core import registry, undo
from orgs import policy, tasks
from orgs.actions import status
from orgs.actions.imports import job, marked, retention
from orgs.actions.undo import last_activity, search_keys
from orgs.models import Activity, DuplicatePair, MergedOrganization, Organization, StatusChange
from orgs.queries import filed, named

registry.declare("组织名册", policy.PARAMETERS, rehearse="orgs.queries.rehearsal.parameter")
registry.demo("orgs.demo.activities.plant_activities")
registry.flow(status.FLOW)
registry.job(job.KIND, tasks.run_import, page="orgs:import_detail", uploaded=True, forget=retention.forget)
registry.job(marked.MARKED, tasks.run_marked)

undo.register(
    Organization,
    kept={"dormancy"},
    quiet={"last_active_on"},
    after=search_keys,
    settled=filed.moved_since_sql,
)
undo.register(Activity, after=last_activity)
undo.register(DuplicatePair, kept={"score", "reasons"})
undo.register(MergedOrganization)
undo.register(StatusChange)

registry.findable(Organization, named.organizations)
registry.findable(Activity, named.by_organization(Activity))
registry.findable(StatusChange, named.by_organization(StatusChange))
