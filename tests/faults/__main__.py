"""python -m tests.faults [--rounds N] [--seed S] [--port P] [--folder DIR] [--disk-mb M] [--only ACT,…] [--harm HARM,…]

Ends with 1 when anything was lost, doubled, half written or left open. The same seed draws the same rounds; what a kill meets
differs from run to run.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

from tests.faults.installation import Installation, small_disk

HARMS = (
    "worker",
    "web",
    "worker and web",
    "database",
    "broker",
    "silent broker",
    "clock",
    "everything",
    "full disk",
)


def harm(installation: Installation, kind: str, rng: random.Random) -> None:
    """Break something; what comes back by itself is not helped."""
    if kind in ("worker", "web", "worker and web", "clock"):
        for name in kind.split(" and ") if kind != "clock" else ["worker"]:
            installation.kill(name)
    elif kind in ("database", "broker"):
        installation.signal_server(kind, signal.SIGKILL)
    elif kind == "silent broker":
        installation.signal_server("broker", signal.SIGSTOP)
        time.sleep(rng.uniform(2, 7))
        installation.signal_server("broker", signal.SIGCONT)
    elif kind == "everything":
        installation.kill_everything()
        installation.start()
    elif kind == "full disk":
        with installation.full_disk():
            time.sleep(rng.uniform(4, 9))


def one_round(world, act, kind: str, rng: random.Random, acts) -> float:
    """One act with one harm in the middle of it; seconds until everything was well again. AssertionError when it is not."""
    raised = []

    def strike():
        try:
            harm(world.installation, kind, rng)
        except Exception as error:
            raised.append(error)

    do, check = world.read(lambda: act(world))
    striking = threading.Timer(0.0 if kind == "full disk" else rng.uniform(0.0, 2.5), strike)
    striking.start()
    if kind == "full disk":
        time.sleep(1.5)  # it is full before anything is sent
    try:
        do()
    finally:
        striking.join()
    if raised:
        raise raised[0]
    if kind == "clock":
        world.read(acts.clock_put_back)
    took = world.installation.wait_well()
    world.read(check)
    return took


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8190)
    parser.add_argument("--folder", type=Path, help="kept afterwards; default: a temporary one")
    parser.add_argument(
        "--disk-mb", type=int, default=1200, help="size of the disk in memory; 0: none is mounted"
    )
    parser.add_argument("--only", default="", help="acts, comma-separated")
    parser.add_argument("--harm", default="", help="harms, comma-separated")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="changning-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    with small_disk(folder, chosen.disk_mb) as small:
        installation = Installation(folder, chosen.port)
        try:
            installation.start()
            return rounds(installation, chosen, small)
        finally:
            installation.stop()
            if not chosen.folder:
                with contextlib.suppress(OSError):
                    shutil.rmtree(folder)


def rounds(installation: Installation, chosen, small: bool) -> int:
    os.environ.update(installation.environment, DJANGO_SETTINGS_MODULE="changning.settings.dev")
    import django  # noqa: PLC0415  the run's data folder must be known first

    django.setup()
    from changning.celery import app  # noqa: PLC0415

    app.loader.import_default_modules()  # each kind of job with its task, as in a worker
    from tests.faults import acts  # noqa: PLC0415

    rng = random.Random(chosen.seed)
    world = acts.World(installation, rng)
    kinds = [
        k for k in HARMS if (small or k != "full disk") and (not chosen.harm or k in chosen.harm.split(","))
    ]
    names = [a for a in acts.ACTS if not chosen.only or a in chosen.only.split(",")]
    do, check = acts.import_(world)  # something to work on
    do()
    check()
    done: Counter = Counter()
    failed, recovered, begun = [], [], time.monotonic()
    try:
        for number in range(1, chosen.rounds + 1):
            name, kind = rng.choice(names), rng.choice(kinds)
            at = time.monotonic()
            try:
                recovered.append(one_round(world, acts.ACTS[name], kind, rng, acts))
                if number % 10 == 0 or number == chosen.rounds:
                    world.read(lambda: acts.everything(world))
                result = "ok"
            except Exception as error:
                result = f"FAILED {type(error).__name__}: {str(error)[:300]}"
                failed.append((number, name, kind, result))
                traceback.print_exc()
                installation.wait_well()
            done[name, kind] += 1
            print(f"{number:4} {name:10} {kind:15} {time.monotonic() - at:6.1f} s  {result}", flush=True)
    finally:  # also of what was interrupted
        report(world, done, failed, recovered, time.monotonic() - begun, chosen, small)
    return 1 if failed else 0


def report(world, done: Counter, failed: list, recovered: list, took: float, chosen, small: bool) -> None:
    by_act, by_harm = Counter(), Counter()
    for (name, kind), n in done.items():
        by_act[name] += n
        by_harm[kind] += n
    again = sum(person.again for person in world.people.values())
    refused: Counter = sum((Counter(person.refused) for person in world.people.values()), Counter())
    print(f"\nrounds {sum(done.values())}, seed {chosen.seed}, {took:.0f} s, failed {len(failed)}")
    print("acts:  " + ", ".join(f"{k} {v}" for k, v in by_act.most_common()))
    print("harms: " + ", ".join(f"{k} {v}" for k, v in by_harm.most_common()))
    if recovered:
        print(
            f"seconds until well again: median {statistics.median(recovered):.1f}, most {max(recovered):.1f}"
        )
    print(
        f"forms sent more than once {again}; answers during outages {dict(refused)}; jobs queued again {world.requeued}"
    )
    print(
        f"supervisor started {world.installation.starts} times; disk of its own: {'yes' if small else 'no, full disk left out'}"
    )
    for number, name, kind, result in failed:
        print(f"round {number} {name} / {kind}: {result}")


if __name__ == "__main__":
    sys.exit(main())
