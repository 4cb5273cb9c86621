"""What is made again after an act on the register was taken back."""

from django.db.models.expressions import RawSQL

from orgs import search
from orgs.actions import dormancy
from orgs.models import Organization

# Organisations of the activities that an act touched.
THEIRS = "SELECT e.organization_id FROM {table} u JOIN {events} e ON e.pgh_id IN (u.last, u.prior)"
# A date that a register stated without an activity is kept: only what activities prove is raised again.
LAST_ACTIVITY = f"""
UPDATE orgs_organization o SET last_active_on = a.latest FROM (
    SELECT h.organization_id, max(h.held_on) AS latest FROM orgs_activity h WHERE h.organization_id IN ({THEIRS}) GROUP BY 1
) a WHERE o.id = a.organization_id AND (o.last_active_on IS NULL OR o.last_active_on < a.latest)
"""


def search_keys(cursor, table: str, events: str) -> None:
    """The history does not keep search keys: they are made again where name or codes went back."""
    cursor.execute(
        "SELECT o.id, o.name, o.credit_code, o.filing_no, o.search_text FROM orgs_organization o "
        f"JOIN {table} u ON u.id = o.id JOIN {events} p ON p.pgh_id = u.prior JOIN {events} l ON l.pgh_id = u.last "
        "WHERE u.why IS NULL AND (u.kind = 'back' OR u.kind = 'restore' AND ROW(p.name, p.credit_code, p.filing_no) "
        "IS DISTINCT FROM ROW(l.name, l.credit_code, l.filing_no))"
    )
    changed = []
    for pk, name, credit, filing, before in cursor.fetchall():
        text, terms = search.keys(name, credit or "", filing or "")
        if text != before:
            changed.append((text, terms, pk))
    if changed:  # on the bare cursor: the wrapper that injects the history context cannot do many at once
        cursor.cursor.executemany(
            "UPDATE orgs_organization SET search_text = %s, search_terms = %s WHERE id = %s", changed
        )


def last_activity(cursor, table: str, events: str) -> None:
    """Activities that stayed or came back are not older than what the organisation says of its last one; who is dormant follows."""
    cursor.execute(LAST_ACTIVITY.format(table=table, events=events))
    theirs = RawSQL(THEIRS.format(table=table, events=events), ())  # noqa: S611
    dormancy.judge(Organization.objects.filter(pk__in=theirs))
