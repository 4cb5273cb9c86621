"""One piece of work in a process of its own: `python -m benchmarks.job NAME …` prints one JSON object."""

import json
import os
import resource
import sys
import time

NAME = sys.argv[1] if len(sys.argv) > 1 else ""


def start() -> None:
    from changning import embedded  # noqa: PLC0415  only in the process that works

    embedded.leave_at_exit()
    embedded.ensure_database()
    embedded.ensure_broker()
    import django  # noqa: PLC0415

    django.setup()


def facts() -> dict:
    """What the pages ask for: places, a common and a rare pair of characters, the place of page 500 (or of the middle)."""
    from benchmarks.people import people, sessions  # noqa: PLC0415
    from core.lists.paging import KeysetPage  # noqa: PLC0415
    from orgs.models import Organization  # noqa: PLC0415

    known, rows = people(), Organization.objects.order_by("sort_key", "pk")
    deep_page = min(500, rows.count() // 200)
    key, pk = rows.values_list("sort_key", "pk")[deep_page * 100 - 101]
    rare, hits = rare_pair(Organization)
    community = known["committee"].community_id
    return {
        "organizations": rows.count(),
        "sessions": sessions(),
        "community": community,
        "district": known["district"].district_id,
        "street": known["street"].street_id,
        "common": "舞蹈",
        "rare": rare,
        "deep_key": key,
        "deep_pk": pk,
        "deep_page": deep_page,
        "deep_token": KeysetPage(rows, "sort_key", 100)._token((key, pk), back=False),
        "rows": {
            "search rare": hits,
            "search common": rows.filter(search_terms__contains=["舞蹈"]).count(),
            "community": rows.filter(community=community).count(),
            "first, street user": rows.filter(street=known["street"].street_id).count(),
        },
    }


def rare_pair(model) -> tuple[str, int]:
    """Two characters that about a hundred of sixty names' pairs are contained in, or as many as there are at this scale."""
    names = (
        model.objects.filter(pk__gte=model.objects.count() // 2)
        .order_by("pk")
        .values_list("name", flat=True)[:60]
    )
    pairs = sorted({name[i : i + 2] for name in names for i in range(1, 5)})
    hits = {pair: model.objects.filter(search_terms__contains=[pair]).count() for pair in pairs}
    least = min(100, max(hits.values()))
    return min(((pair, n) for pair, n in hits.items() if n >= least), key=lambda found: found[1])


def statements() -> dict:
    """How many statements each page takes, in this process."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from benchmarks.pages import scenarios  # noqa: PLC0415

    known, found = facts(), {}
    stock = settings.ROOT_URLCONF != "changning.urls"
    for what, contenders in scenarios(known).items():
        for name in ("bare", "admin") if stock else ("ours",):
            asked, client = contenders[name][0], Client()
            client.cookies[settings.SESSION_COOKIE_NAME] = known["sessions"][asked.who]
            client.get(asked.path, asked.query)
            with CaptureQueriesContext(connection) as captured:
                client.get(asked.path, asked.query)
            found[f"{name} {what}" if stock else what] = len(captured)
            if os.environ.get("BENCH_SHOW"):
                print(what, *(f"{q['time']} {q['sql'][:300]}" for q in captured), sep="\n  ", file=sys.stderr)
    return {"pages": found}


def keep() -> dict:
    """Say the facts, then hold the services until standard input is closed.

    What an earlier run rolled back lies about as dead rows until the server cleans up; here it is cleaned at once.
    """
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(json.dumps(facts()), flush=True)
    sys.stdin.read()
    return {}


def main() -> None:
    start()
    from benchmarks import work  # noqa: PLC0415

    jobs = {"keep": keep, "statements": statements} | work.JOBS
    before = peak()
    begun = time.perf_counter()
    found = jobs[NAME](*sys.argv[2:])
    measured = {"seconds": time.perf_counter() - begun, "rss_mib": peak(), "added_mib": peak() - before}
    print(json.dumps(measured | (found or {})), flush=True)


def peak() -> float:
    """The most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
