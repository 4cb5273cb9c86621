"""What the filings declare, also what the page of an organisation shows of them."""

from core import registry, undo
from core.registry import Tab
from filings import policy, tasks
from filings.actions import checks, event, filing
from filings.actions.reconcile import run
from filings.models import Certificate, Difference, Filing, Link, MajorEvent, SpotCheck, YearlyConfirmation
from filings.queries import named, reconciliation, tabs, todo
from filings.queries.filings import under_way
from orgs.models import Organization

registry.declare("备案", policy.PARAMETERS)
registry.demo("filings.demo.filings.plant")
registry.demo("filings.demo.events.plant")
registry.demo("filings.demo.checks.plant")
registry.demo("filings.demo.reconciliation.plant")
registry.demo("filings.demo.year.plant")
registry.flow(filing.FLOW)
registry.flow(checks.FLOW)
registry.flow(event.FLOW)
registry.todo(todo.yearly)
registry.todo(reconciliation.to_see_to)
registry.job(run.KIND, tasks.run_reconciliation, page="filings:reconciliation", uploaded=True)

registry.hold(Organization, under_way)
registry.way(Organization, tabs.ways_to_change)
registry.tab(Organization, Tab("filings", "备案", "filings/_tab.html", tabs.filings_of))
registry.tab(Organization, Tab("events", "重大活动", "filings/_events.html", tabs.events_of))

undo.register(Filing)
undo.register(Certificate)
undo.register(SpotCheck)
undo.register(MajorEvent)
undo.register(YearlyConfirmation)
undo.register(Link)
undo.register(Difference)

registry.findable(Filing, named.by_either_name(Filing))
registry.findable(MajorEvent, named.by_either_name(MajorEvent))
