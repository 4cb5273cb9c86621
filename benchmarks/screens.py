"""Pages other than lists at city scale, with filings and activities: each beside hand-written SQL for what it shows.

"sql" is the time of those statements alone, on a connection of their own: no page, no rights, no layout.
"""

import json
import time

from benchmarks.rig import Request, Rig
from benchmarks.table import Row, median

CASES, ACTIVITIES = 33_500, 700_000  # at 100,000 organisations; smaller scales in proportion
MOST_STATEMENTS = 12
TARGETS = """
SELECT s.id, count(DISTINCT c.id), count(o.id) FILTER (WHERE o.tier = 'registered'), count(o.id) FILTER (WHERE o.tier = 'team'),
       count(o.id) FILTER (WHERE o.tier = 'group') FROM places_street s JOIN places_community c ON c.street_id = s.id
LEFT JOIN orgs_organization o ON o.community_id = c.id AND o.status IN ('normal', 'rectifying', 'filed')
WHERE s.district_id = %(district)s GROUP BY s.id"""
WAITING = """
SELECT id, name, kind, due_on FROM filings_filing WHERE street_id = %(street)s AND state = 'street'
AND NOT hands @> ARRAY[%(street_user)s]::bigint[] ORDER BY due_on, id LIMIT 500"""
COUNT = f"SELECT count(*) FROM ({WAITING}) waiting"
CASE = """
SELECT f.*, o.name, s.name, c.name FROM filings_filing f LEFT JOIN orgs_organization o ON o.id = f.organization_id
JOIN places_street s ON s.id = f.street_id JOIN places_community c ON c.id = f.community_id WHERE f.id = %(case)s"""
RECORD = """
SELECT o.*, (SELECT json_agg(a) FROM (SELECT * FROM orgs_activity WHERE organization_id = o.id ORDER BY held_on DESC LIMIT 50) a)
FROM orgs_organization o WHERE o.id = %(organization)s"""
PROGRESS = """
SELECT street_id, count(*) FILTER (WHERE decided_at IS NULL), count(*) FILTER (WHERE decided_at IS NULL AND due_on < current_date),
       count(*) FILTER (WHERE in_time) FROM filings_filing WHERE street_id IN
       (SELECT id FROM places_street WHERE district_id = %(district)s) GROUP BY 1"""


def screens(facts: dict) -> dict[str, tuple[str, str, str]]:
    """Page → (path, whose session, the SQL of what it shows)."""
    return {
        "to-do": ("/", "street", WAITING),
        "badges": ("/badges/", "street", COUNT),
        "case": (f"/filings/cases/{facts['case']}/", "street", CASE),
        "record": (f"/orgs/{facts['organization']}/", "street", RECORD),
        "targets": ("/orgs/targets/", "district", TARGETS),
        "progress": ("/filings/progress/", "district", PROGRESS),
    }


def run(rig: Rig) -> list[Row]:
    rig.serve()
    rounds = rig.rounds(5, 9, 21)
    facts = rig.job("plant_cases")["facts"]
    sql = rig.job("sql_alone", json.dumps(facts), str(rounds))["milliseconds"]
    counted = rig.job("screen_statements", json.dumps(facts))["statements"]
    rows = []
    for what, (path, who, _) in screens(facts).items():
        asked = Request("ours", path, {}, who)
        samples = [rig.get(asked)[0] for _ in range(rounds + 2)][2:]
        medians = {"ours": median(samples), "sql": sql[what]}
        met = medians["ours"] <= 100 and counted[what] <= MOST_STATEMENTS
        goal = f"≤ 100 ms, ≤ {MOST_STATEMENTS} statements"
        notes = f"{counted[what]} statements; {facts['cases']:,} filings, {facts['activities']:,} activities"
        rows.append(Row(rig.scale, f"page, {what}", "ms", medians, goal, met, notes))
        print("  ", what, {k: round(v, 1) for k, v in medians.items()}, counted[what], flush=True)
    return rows


def plant_cases() -> dict:
    """Filings of teams, one in six of them open, and activities of all, by sets and once; what the pages ask for."""
    from django.db import connection, transaction  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from filings.models import Filing  # noqa: PLC0415
    from orgs.demo.load import without_triggers  # noqa: PLC0415
    from orgs.models import Activity, Organization  # noqa: PLC0415

    share = Organization.objects.count() / 100_000
    street_user = User.objects.get(username="bench-street")
    if not Filing.objects.exists():
        author = User.objects.get(username="bench-committee")
        with transaction.atomic(), without_triggers(Filing, Activity):
            plant_filings(connection, Filing, author.pk, int(CASES * share))
            plant_activities(connection, int(ACTIVITIES * share))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE filings_filing, orgs_activity")
    case = Filing.objects.filter(street=street_user.street, state="street").order_by("pk").first()
    facts = {
        "case": case.pk,
        "organization": case.organization_id,
        "street": street_user.street_id,
        "street_user": street_user.pk,
        "district": street_user.street.district_id,
        "cases": Filing.objects.count(),
        "activities": Activity.objects.count(),
    }
    return {"facts": facts}


def plant_filings(connection, model, author: int, count: int) -> None:
    """Yearly reviews of the first teams; every column that is not copied from the team holds the field's own default."""
    from django.contrib.postgres.fields import ArrayField  # noqa: PLC0415
    from django.db.models import JSONField  # noqa: PLC0415
    from psycopg.types.json import Json  # noqa: PLC0415

    taken = [
        "name", "category", "service_fields", "established_on", "street_id", "community_id", "activity_place", "activity_content",
        "leader_name", "contact_phone", "member_count", "party_member_count",
    ]  # fmt: skip
    columns = {name: (f"o.{name}", []) for name in taken}
    given = {
        "kind": "'review'", "organization_id": "o.id", "year": "2026", "entered_by_id": str(author), "hands": f"ARRAY[{author}]",
        "state": "CASE WHEN o.id %% 6 = 0 THEN 'street' ELSE 'filed' END", "side": "'committee_member'",
        "due_on": "current_date + (o.id %% 20)::int - 3", "entered_at": "now() - (o.id %% 300) * interval '1 day'",
        "submitted_by_id": str(author), "submitted_at": "now() - (o.id %% 300) * interval '1 day'", "version": "2",
        "frozen": "jsonb_build_array(jsonb_build_array('name', '群团名称', o.name, ''), jsonb_build_array('category', '类别', o.category, ''))",
        "before": """jsonb_build_object('title', '', 'facts', '[]'::jsonb)""",
    }  # fmt: skip
    columns |= {name: (sql, []) for name, sql in given.items()}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated or field.attname in columns:
            continue
        value = None if field.null else field.get_default()
        if isinstance(field, JSONField) and value is not None:
            value = Json(value)
        cast = f"::{field.db_type(connection)}" if isinstance(field, ArrayField) else ""
        columns[field.attname] = (f"%s{cast}", [value])
    params = [value for _, values in columns.values() for value in values]
    names = ", ".join(model._meta.get_field(n).column for n in columns)
    statement = f"""INSERT INTO filings_filing ({names}) SELECT {", ".join(sql for sql, _ in columns.values())}
        FROM orgs_organization o WHERE o.tier = 'team' AND o.status = 'filed' ORDER BY o.id LIMIT %s"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, count])
        cursor.execute("UPDATE filings_filing SET decided_by_id = %s, decided_at = submitted_at + interval '2 days', in_time = true "
                       "WHERE state = 'filed'", [decider()])  # fmt: skip


def decider() -> int:
    from accounts.models import User  # noqa: PLC0415

    return User.objects.get(username="bench-street2").pk


def plant_activities(connection, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO orgs_activity (organization_id, name, held_on, place, attendance, field, is_major, photos, created_at)
               SELECT 1 + n %% (SELECT max(id) FROM orgs_organization), '例行活动' || n, current_date - (n %% 700), '睦邻中心',
                      10 + n %% 50, '', false, 0, now() FROM generate_series(1, %s) n""",
            [count],
        )


def sql_alone(told: str, rounds: str) -> dict:
    """Median milliseconds of each page's SQL, prepared, on one connection."""
    from django.db import connection  # noqa: PLC0415

    facts = json.loads(told)
    connection.ensure_connection()
    found = {}
    for what, (_, _, statement) in screens(facts).items():
        samples = []
        for _ in range(int(rounds) + 2):
            begun = time.perf_counter()
            connection.connection.execute(statement, facts, prepare=True).fetchall()
            samples.append((time.perf_counter() - begun) * 1000)
        found[what] = median(samples[2:])
    return {"milliseconds": found}


def screen_statements(told: str) -> dict:
    """Statements of each page, counted in this process on a warm second call."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from benchmarks.people import sessions  # noqa: PLC0415

    keys, found = sessions(), {}
    for what, (path, who, _) in screens(json.loads(told)).items():
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = keys[who]
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        found[what] = len(captured)
    return {"statements": found}


JOBS = {"plant_cases": plant_cases, "sql_alone": sql_alone, "screen_statements": screen_statements}
