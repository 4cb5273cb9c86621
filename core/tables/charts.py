"""Small charts as SVG with presentation attributes only: clean under a strict CSP, sharp in print, no script."""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 260, 44, 96, 20, 34


@dataclass
class Point:
    x: float
    y: float
    label: str
    value: str
    shown: bool = True


@dataclass
class Line:
    """A zero-based trend line with the target as a labelled line. Coordinates in a 900 × 260 view box."""

    points: list[Point] = field(default_factory=list)
    path: str = ""
    grid: list[tuple[float, str]] = field(default_factory=list)
    target_y: float | None = None
    target: str = ""


def step_of(top: float) -> float:
    """A round distance between grid lines, four or five of them."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if top / step <= 5:
            return step
    return top / 5


def line(values: Sequence[tuple[str, float]], target: float | None = None) -> Line:
    """Lay out (label, value) pairs, oldest first; at most twelve labels are shown below."""
    if not values:
        return Line()
    step = step_of(max([v for _, v in values] + [target or 0]) or 1)
    top = step * (int(max([v for _, v in values] + [target or 0]) / step) + 1)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return round(TOP + height * (1 - value / top), 1)

    gap = width / max(1, len(values) - 1)
    every = max(1, -(-len(values) // 12))
    last = len(values) - 1
    points = [
        Point(round(LEFT + n * gap, 1), y(v), label, f"{v:.2f}", (last - n) % every == 0)
        for n, (label, v) in enumerate(values)
    ]
    return Line(
        points=points,
        path="M" + "L".join(f"{p.x} {p.y}" for p in points),
        grid=[(y(n * step), f"{n * step:g}") for n in range(int(top / step) + 1)],
        target_y=y(target) if target is not None else None,
        target=f"{target:g}" if target is not None else "",
    )
