"""The nightly snapshot of every community beside one bare statement, again, with 1 % changed; then the whole chain.

The limit of the whole chain: the bare statement of the snapshot and the register through the Rust writer, nothing judged.
"""

import time

from benchmarks.rig import Rig
from benchmarks.table import Row


def run(rig: Rig) -> list[Row]:
    found = rig.job("snapshot")
    rows = [
        Row(
            rig.scale,
            f"nightly, {what}",
            "s",
            {"ours": found[f"ours {what}"], name: found[base]},
            goal,
            found[f"ours {what}"] <= share * found[base],
            f"{found['communities']:,} communities",
        )
        for what, goal, share, name, base in (
            ("full", "≤ 2× one statement", 2, "limit", "limit"),
            ("again", "", 1, "full run", "ours full"),
            ("1 % changed", "stretch: ≤ 0.25× full", 0.25, "full run", "ours full"),
        )
    ]
    rows[1].met = None
    rows += whole(rig)
    print("  ", {k: v for k, v in found.items() if k != "rss_mib"}, flush=True)
    return rows


def whole(rig: Rig) -> list[Row]:
    """The chain as the clock runs it, once for a new night and once more for the same night."""
    first, again = rig.job("night"), rig.job("night")
    register = rig.job("export_limit", str(rig.facts["organizations"]))
    steps = "、".join(f"{name} {seconds:.1f} s" for name, seconds in first["steps"].items())
    medians = {
        "ours": first["chain"],
        "limit": rig.job("snapshot")["limit"] + register["seconds"],
        "again": again["chain"],
    }
    print("  ", "whole night", medians, steps, flush=True)
    met = first["chain"] <= 15 and first["rss_mib"] <= 300
    return [
        Row(
            rig.scale,
            "night, whole chain",
            "s",
            medians,
            "≤ 15 s, ≤ 300 MiB",
            met,
            f"{first['rss_mib']:.0f} MiB; {steps}",
        )
    ]


LIMIT = """
INSERT INTO orgs_communitytarget (night, community_id, policy_id, registered, teams, groups, dormant)
SELECT %s, c.id, %s, coalesce(r, 0), coalesce(t, 0), coalesce(g, 0), 0 FROM places_community c LEFT JOIN (
  SELECT community_id, count(*) FILTER (WHERE tier = 'registered') r, count(*) FILTER (WHERE tier = 'team') t,
         count(*) FILTER (WHERE tier = 'group') g
  FROM orgs_organization WHERE status IN ('normal', 'rectifying', 'filed') GROUP BY 1) o ON o.community_id = c.id"""


class Undo(Exception):
    """Leaves the database as it was."""


def timed(work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def snapshot() -> dict:
    import datetime  # noqa: PLC0415

    from django.db import connection, transaction  # noqa: PLC0415

    from orgs.actions import targets  # noqa: PLC0415
    from orgs.models import CommunityTarget, Organization, TargetPolicy  # noqa: PLC0415

    today = datetime.date.today()
    policy = TargetPolicy.objects.order_by("effective_from").first().pk
    found: dict = {}

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(LIMIT, [today, policy])

    def alone(work, name: str) -> None:
        """Twice on an empty table; the second, warm one counts."""
        for _ in range(2):
            try:
                with transaction.atomic():
                    CommunityTarget.objects.filter(night=today).delete()
                    found[name] = timed(work)
                    raise Undo
            except Undo:
                continue

    alone(bare, "limit")
    alone(lambda: targets.snapshot(today), "ours full")
    try:
        with transaction.atomic():
            found["communities"] = targets.snapshot(today)[0]
            found["ours again"] = timed(lambda: targets.snapshot(today))
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE orgs_organization DISABLE TRIGGER USER")
            Organization.objects.filter(
                tier="team", status="filed", pk__lt=Organization.objects.count() // 50
            ).update(status="stopped")
            found["ours 1 % changed"] = timed(lambda: targets.snapshot(today))
            raise Undo
    except Undo:
        return found


def night() -> dict:
    """Seconds of the whole chain of last night and of each of its steps."""
    import datetime  # noqa: PLC0415

    from reports.actions import nightly  # noqa: PLC0415

    begun = time.perf_counter()
    run = nightly(datetime.date.today() - datetime.timedelta(days=1))
    chain = time.perf_counter() - begun
    if failed := list(run.steps.filter(state="failed").values_list("step", "message")):
        raise RuntimeError(str(failed))
    steps = {s.get_step_display(): (s.finished_at - s.started_at).total_seconds() for s in run.steps.all()}
    return {"chain": chain, "steps": steps}


JOBS = {"snapshot": snapshot, "night": night}
