"""List pages of 100 rows × 11 columns, one client, all contenders in turn: first, filtered, one community, searches, deep."""

from benchmarks.rig import Rig
from benchmarks.table import Row, median

ADMIN = "/admin/orgs/organization/"
CONTENDERS = ("ours", "bare", "admin", "limit")


def scenarios(facts: dict) -> dict[str, dict[str, tuple[str, dict]]]:
    """Page → contender → (path, query)."""
    filtered = {"tier": "team", "status": "filed", "category": "culture"}
    community = {"community": facts["community"]}

    def page(name: str, ours: dict, admin: dict, plain: dict) -> dict:
        return {
            "ours": ("/orgs/", {"size": 100} | ours),
            "admin": (ADMIN, admin),
            "bare": (f"/bare/{name}/", plain),
            "limit": (f"/{name}", plain),
        }

    return {
        "first": page("first", {}, {}, {}),
        "filtered": page(
            "filtered",
            filtered,
            {"tier__exact": "team", "status__exact": "filed", "category__exact": "culture"},
            filtered,
        ),
        "community": page("community", community, {"community__exact": facts["community"]}, community),
        "search common": page(
            "common", {"q": facts["common"]}, {"q": facts["common"]}, {"q": facts["common"]}
        ),
        "search rare": page("rare", {"q": facts["rare"]}, {"q": facts["rare"]}, {"q": facts["rare"]}),
        "deep": page(
            "deep",
            {"page": facts["deep_token"]},
            {"p": 500},
            {"key": facts["deep_key"], "pk": facts["deep_pk"]},
        ),
    }


def run(rig: Rig) -> list[Row]:
    rig.serve()
    rounds = 9 if rig.quick else 25
    pages = scenarios(rig.facts)
    counted = {s: rig.job("statements", settings=f"benchmarks.peers.{s}")["pages"] for s in ("ours", "stock")}
    rows, first = [], {}
    for what, contenders in pages.items():
        samples: dict[str, list[float]] = {name: [] for name in CONTENDERS}
        for name in CONTENDERS:
            for _ in range(3):
                body = rig.get(name, *contenders[name])[1]
            check(name, what, body, rig.facts)
        for number in range(rounds):
            for name in CONTENDERS:
                if name == "admin" and number >= max(5, rounds // 3):
                    continue  # slow and steady: fewer rounds tell as much
                samples[name].append(rig.get(name, *contenders[name])[0])
        medians = {name: median(found) for name, found in samples.items()}
        first.setdefault("ours", medians["ours"])
        statements = counted["ours"][what]
        met = medians["ours"] <= 2 * medians["bare"] and statements <= 8
        goal = "≤ 2× bare, ≤ 8 statements"
        if what == "deep":
            goal += ", ≤ 1.3× first"
            met = met and medians["ours"] <= 1.3 * first["ours"]
        notes = f"{statements} statements (bare {counted['stock']['bare ' + what]}, admin {counted['stock']['admin ' + what]})"
        rows.append(Row(rig.scale, what, "ms", medians, goal, met, notes))
        print("  ", what, {k: round(v, 1) for k, v in medians.items()}, statements, flush=True)
    return rows


def check(name: str, what: str, body: bytes, facts: dict) -> None:
    """Everybody shows the same number of rows, else the comparison means nothing."""
    found = body.count(b"<tr") - (1 if name in ("ours", "admin") else 0)
    wanted = {"community": facts["in_community"], "search rare": facts["rare_hits"]}.get(what, 100)
    if found != min(100, wanted):
        raise RuntimeError(f"{name} shows {found} rows on “{what}”, {min(100, wanted)} were expected")
