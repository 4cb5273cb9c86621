"""python benchmarks/run.py [--scale tiny|city|nation] [--quick] [--only NAME …]: one table of ratios, measured in one run.

Makes its own environment, databases and servers below DATA_DIR/bench (default var/bench); everything on loopback.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = Path(
    os.environ.get("BENCH_DIR") or Path(os.environ.get("DATA_DIR") or ROOT / "var") / "bench"
).resolve()
MODULES = ("pages", "screens", "load", "sheets_out", "sheets_in", "nightly")
SKIPPED = {("nation", "screens"), ("nation", "sheets_out"), ("nation", "sheets_in")}


def use_own_environment() -> None:
    """The peer import-export is no part of the product: it lives in an environment of its own."""
    if importlib.util.find_spec("import_export"):
        return
    venv, lock = BASE / "venv", ROOT / "requirements" / "bench.txt"
    python = venv / "bin" / "python"
    stamp = venv / "installed"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        print("安装性能测试的依赖……", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        install = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "-q",
            "--python",
            str(python),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        subprocess.run(install, check=True)
        stamp.write_text(lock.read_text())
    os.execv(python, [str(python), *sys.argv])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--scale",
        choices=["tiny", "city", "nation"],
        default="city",
        help="tiny only shows that everything runs",
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter load, smaller sheets")
    parser.add_argument("--only", nargs="*", choices=MODULES, default=list(MODULES))
    return parser.parse_args()


def main() -> None:
    options = arguments()
    use_own_environment()
    sys.path.insert(0, str(ROOT))
    os.chdir(ROOT)
    from benchmarks import table  # noqa: PLC0415  needs the path above
    from benchmarks.rig import Rig  # noqa: PLC0415

    scales = ["city", "nation"] if options.scale == "nation" else [options.scale]
    rows, begun = [], time.time()
    for scale in scales:
        with Rig(BASE, scale, options.quick) as rig:
            for name in options.only:
                if (scale, name) in SKIPPED or (
                    scale == "city" and len(scales) == 2 and name in ("load", "nightly")
                ):
                    continue
                module = importlib.import_module(f"benchmarks.{name}")
                print(f"== {scale} {name}", flush=True)
                rows += module.run(rig)
    text = table.report(rows, scales, options.quick, time.time() - begun)
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / f"{options.scale}.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()
