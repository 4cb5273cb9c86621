"""What was measured, as ratios: one table for each set of contenders. The tiny scale draws no verdict."""

import datetime
import platform
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Row:
    """One line: what was done, at which scale, the median of every contender, and the goal.

    unit "ms" and "s": less is better; "1/s": more is better. notes: what else was seen of ours (statements, memory).
    """

    scale: str
    what: str
    unit: str
    medians: dict[str, float]
    goal: str = ""
    met: bool | None = None
    notes: str = ""
    extra: dict = field(default_factory=dict)


def median(samples: list[float]) -> float:
    return statistics.median(samples)


def scaled(count: int, seconds: Callable[[int], float], few: int) -> float:
    """Seconds that `count` rows would take, from two smaller sizes: what every run costs once is not multiplied."""
    half, whole = seconds(few // 2), seconds(few)
    each = max(whole - half, 0) / (few - few // 2)
    return whole + each * (count - few)


def ratio(row: Row, peer: str) -> float | None:
    """How many times ours beside a peer; above 1 is slower for times, faster for throughput."""
    ours, other = row.medians.get("ours"), row.medians.get(peer)
    return ours / other if ours and other else None


def cell(value: float | None, digits: int = 2) -> str:
    return "—" if value is None else f"{value:,.{digits}f}" if value < 100 else f"{value:,.0f}"


def growth(rows: list[Row]) -> list[Row]:
    """Nation against city for every page measured at both."""
    city = {r.what: r for r in rows if r.scale == "city" and r.unit == "ms"}
    found = []
    for row in rows:
        before = city.get(row.what)
        if row.scale != "nation" or row.unit != "ms" or before is None:
            continue
        grown = {k: row.medians[k] / before.medians[k] for k in row.medians if k in before.medians}
        found.append(Row("nation/city", row.what, "×", grown, "≤ 1.5", grown["ours"] <= 1.5))
    return found


def doubt(row: Row) -> None:
    """Whoever beats the limit shows that the limit is wrong: no verdict is drawn from such a row."""
    beaten = ratio(row, "limit")
    if beaten and (beaten > 1 if row.unit == "1/s" else beaten < 1):
        row.met, row.notes = None, f"INVALID: faster than the limit, so the limit is not one. {row.notes}"


def section(peers: tuple[str, ...], rows: list[Row]) -> list[str]:
    """One table of the rows that were measured beside the same contenders."""
    head = ["scale", "what", "unit", "ours", *peers, *(f"ours/{p}" for p in peers), "goal", "met", "notes"]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        cells = [row.scale, row.what, row.unit, *(cell(row.medians.get(n)) for n in ("ours", *peers))]
        cells += [cell(ratio(row, p)) if row.unit != "×" else "—" for p in peers]
        met = "" if row.scale == "tiny" else {True: "yes", False: "**no**", None: ""}[row.met]
        lines.append("| " + " | ".join([*cells, row.goal, met, row.notes]) + " |")
    return lines


def report(rows: list[Row], scales: list[str], quick: bool, seconds: float) -> str:
    for row in rows:
        doubt(row)
    rows = rows + growth(rows)
    lines: list[str] = []
    for peers in dict.fromkeys(tuple(name for name in row.medians if name != "ours") for row in rows):
        lines += [
            *section(peers, [row for row in rows if tuple(n for n in row.medians if n != "ours") == peers]),
            "",
        ]
    when = datetime.datetime.now().strftime("%Y-%m-%d %H:%M")
    title = f"# Benchmarks, {when}, {' + '.join(scales)}{', quick' if quick else ''}, {seconds:.0f} s, Python {platform.python_version()}"
    return "\n".join([title, "", *lines])
