"""Requests a second with 16 connections kept busy, first page and rare search."""

import asyncio
import time

from benchmarks.pages import CONTENDERS, scenarios
from benchmarks.rig import HOST, Rig
from benchmarks.table import Row

CONNECTIONS = 16
GOALS = {"first": 10, "search rare": 60}


async def one(port: int, request: bytes, until: float, spent: list[float]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        while (begun := time.perf_counter()) < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head[:200])
            length = next(
                int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            spent.append(time.perf_counter() - begun)
    finally:
        writer.close()


async def hammer(port: int, request: bytes, seconds: float) -> tuple[float, float]:
    """(requests a second, 99th percentile in ms)."""
    spent: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(one(port, request, begun + seconds, spent) for _ in range(CONNECTIONS)))
    elapsed = time.perf_counter() - begun
    return len(spent) / elapsed, sorted(spent)[int(len(spent) * 0.99)] * 1000


def run(rig: Rig) -> list[Row]:
    rig.serve()
    seconds = rig.rounds(1, 4, 12)
    rows = []
    for what, contenders in scenarios(rig.facts).items():
        if what not in GOALS:
            continue
        rates, late = {}, {}
        for name in CONTENDERS:
            port, path, headers = rig.address(contenders[name][0])
            lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
            rates[name], late[name] = asyncio.run(hammer(port, "\r\n".join(lines).encode(), seconds))
        wanted = GOALS[what]
        notes = f"p99 ours {late['ours']:.0f} ms, admin {late['admin']:.0f} ms"
        rows.append(
            Row(
                rig.scale,
                f"load, {what}",
                "1/s",
                rates,
                f"≥ {wanted}× admin",
                rates["ours"] >= wanted * rates["admin"],
                notes,
            )
        )
        print("  ", what, {k: round(v, 1) for k, v in rates.items()}, flush=True)
    return rows
