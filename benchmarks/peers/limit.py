"""The limit of a list page: prepared SQL and a string join. No sign-in, no rights, no layout."""

import os
import threading
from html import escape
from urllib.parse import parse_qsl

import psycopg

from changning import embedded

ROWS = "SELECT * FROM orgs_organization"
SHOWN = """SELECT o.id, o.name, o.tier, o.status, o.category, s.name, c.name, o.leader_name, o.contact_phone, o.member_count,
  o.last_active_on, o.dormancy FROM ({rows}) o JOIN places_street s ON s.id = o.street_id
  LEFT JOIN places_community c ON c.id = o.community_id ORDER BY o.sort_key, o.id"""
ORDER = " ORDER BY sort_key, id LIMIT 100"
PAGES = {
    "/first": ROWS + ORDER,
    "/filtered": ROWS + " WHERE tier = %(tier)s AND status = %(status)s AND category = %(category)s" + ORDER,
    "/community": ROWS + " WHERE community_id = %(community)s" + ORDER,
    "/common": ROWS + " WHERE search_text LIKE '%%' || %(q)s || '%%'" + ORDER,
    "/rare": f"SELECT * FROM ({ROWS} WHERE search_terms @> ARRAY[%(q)s]::varchar[] OFFSET 0) hits" + ORDER,
    "/district": ROWS
    + " WHERE street_id IN (SELECT id FROM places_street WHERE district_id = %(district)s)"
    + ORDER,
    "/street": ROWS + " WHERE street_id = %(street)s" + ORDER,
    "/deep": ROWS + " WHERE (sort_key, id) > (%(key)s, %(pk)s)" + ORDER,
}
NUMBERS = {"community", "district", "street", "pk"}
here = threading.local()


def connection() -> psycopg.Connection:
    if not hasattr(here, "connection"):
        url = os.environ.get("DATABASE_URL") or embedded.database_url()
        here.connection = psycopg.connect(
            url.replace("postgres://", "postgresql://"), autocommit=True, prepare_threshold=0
        )
    return here.connection


def application(environ, start_response):
    asked = {k: int(v) if k in NUMBERS else v for k, v in parse_qsl(environ["QUERY_STRING"])}
    statement = SHOWN.format(rows=PAGES[environ["PATH_INFO"]])
    rows = connection().execute(statement, asked, prepare=True).fetchall()
    cells = "".join(
        ["<tr>" + "".join([f"<td>{escape(str(v))}</td>" for v in row[1:]]) + "</tr>\n" for row in rows]
    )
    body = f"<!doctype html><meta charset=utf-8><table>{cells}</table></html>".encode()
    start_response(
        "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]
