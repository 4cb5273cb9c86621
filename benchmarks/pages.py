"""List pages of 100 rows × 11 columns, one client, all contenders in turn: first, filtered, one community, searches, deep.

The first page also as a district user among many and as a street user see it: their area is a condition like any other.
Where a contender may be asked in two ways (the bare search walks the order, or sorts the hits), the better one counts.
"""

from benchmarks.rig import Request, Rig
from benchmarks.table import Row, median

ADMIN, UNCOUNTED = "/admin/orgs/organization/", "/uncounted/orgs/organization/"
CONTENDERS = ("ours", "bare", "admin", "admin uncounted", "limit")
SLOW = {"admin", "admin uncounted"}  # slow and steady: fewer rounds tell as much
Page = dict[str, list[Request]]


def scenarios(facts: dict) -> dict[str, Page]:
    """Page → contender → the ways of asking for it."""
    filtered = {"tier": "team", "status": "filed", "category": "culture"}
    community = {"community": facts["community"]}
    district, street = {"district": facts["district"]}, {"street": facts["street"]}
    found = {}

    def page(
        what: str, name: str, ours: dict, admin: dict, plain: dict, who: str = "all", plans=({},)
    ) -> None:
        found[what] = {
            "ours": [Request("ours", "/orgs/", {"size": 100} | ours, who)],
            "bare": [Request("bare", f"/bare/{name}/", plain | plan) for plan in plans],
            "admin": [Request("admin", ADMIN, admin)],
            "admin uncounted": [Request("admin uncounted", UNCOUNTED, admin)],
            "limit": [Request("limit", f"/{name}", plain)],
        }

    page("first", "first", {}, {}, {})
    page("filtered", "filtered", filtered, {f"{k}__exact": v for k, v in filtered.items()}, filtered)
    page("community", "community", community, {"community__exact": facts["community"]}, community)
    for words in ("common", "rare"):
        asked = {"q": facts[words]}
        page(f"search {words}", words, asked, asked, asked, plans=({"plan": "walk"}, {"plan": "sort"}))
    deep = {"key": facts["deep_key"], "pk": facts["deep_pk"]}
    page("deep", "deep", {"page": facts["deep_token"]}, {"p": facts["deep_page"]}, deep)
    page(
        "first, district user",
        "district",
        {},
        {"street__district__exact": facts["district"]},
        district,
        "district",
    )
    page("first, street user", "street", {}, {"street__exact": facts["street"]}, street, "street")
    return found


def run(rig: Rig) -> list[Row]:
    rig.serve()
    rounds = rig.rounds(3, 9, 25)
    counted = {s: rig.job("statements", settings=f"benchmarks.peers.{s}")["pages"] for s in ("ours", "stock")}
    rows, first = [], {}
    for what, contenders in scenarios(rig.facts).items():
        medians = measure(rig, what, contenders, rounds)
        first.setdefault("ours", medians["ours"])
        statements = counted["ours"][what]
        met = medians["ours"] <= 2 * medians["bare"] and statements <= 8
        goal = "≤ 2× bare, ≤ 8 statements"
        if what == "deep":
            goal += ", ≤ 1.3× first"
            met = met and medians["ours"] <= 1.3 * first["ours"]
        notes = f"{statements} statements (bare {counted['stock']['bare ' + what]}, admin {counted['stock']['admin ' + what]})"
        if what.endswith("user"):
            notes += f"; {medians['ours'] / first['ours']:.2f}× the unlimited user"
        rows.append(Row(rig.scale, what, "ms", medians, goal, met, notes))
        print("  ", what, {k: round(v, 1) for k, v in medians.items()}, statements, flush=True)
    return rows


def measure(rig: Rig, what: str, contenders: Page, rounds: int) -> dict[str, float]:
    """Median milliseconds of each contender, all asked in turn; of two ways the better."""
    samples: dict[tuple[str, int], list[float]] = {}
    for name in CONTENDERS:
        for way, asked in enumerate(contenders[name]):
            samples[name, way] = []
            for _ in range(3):
                body = rig.get(asked)[1]
            check(name, what, body, rig.facts)
    for number in range(rounds):
        for (name, way), found in samples.items():
            if name in SLOW and number >= max(3, rounds // 3):
                continue
            found.append(rig.get(contenders[name][way])[0])
    return {
        name: min(median(found) for (one, _), found in samples.items() if one == name) for name in CONTENDERS
    }


def check(name: str, what: str, body: bytes, facts: dict) -> None:
    """Everybody shows the same number of rows, else the comparison means nothing."""
    found = body.count(b"<tr") - (1 if name in ("ours", *SLOW) else 0)
    wanted = min(100, facts["rows"].get(what, 100))
    if found != wanted:
        raise RuntimeError(f"{name} shows {found} rows on “{what}”, {wanted} were expected")
