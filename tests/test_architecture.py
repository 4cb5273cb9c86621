"""Who may import whom, how long a file may be, and that no page reaches outside or around the one place of jurisdiction."""

import ast
import graphlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APPS = ["core", "places", "accounts", "orgs", "filings", "reports"]
RANK = {name: rank for rank, name in enumerate(APPS)}
ROOMS = {
    "choices": 0, "policy": 1, "search": 1, "models": 2, "queries": 3, "actions": 4, "demo": 4, "tasks": 5, "tables": 5,
    "filters": 5, "forms": 5, "views": 6, "urls": 7, "declarations": 7,
}  # fmt: skip
# Packages of core from the ground up; "" are the files of core itself. What draws a page stands above all that does not.
CORE = [
    "", "models", "settings", "notices", "audit", "files", "tables", "jobs", "ledger", "forms", "lists", "undo", "casework",
    "web", "tasks", "declarations",
]  # fmt: skip
CORE_SCREENS = {"views", "urls", "tables", "filters", "forms"}
LONGEST_PACKAGE = 1_600
OUTSIDE_THE_ORDER = {"management", "templatetags"}  # places that Django prescribes
OPEN_TO_OTHER_APPS = {"choices", "models", "queries", "actions", "tasks"}
NOT_ROOMS = {"management", "middleware", "navigation", "validators", "backends"}
LIMITS = {"file": 400, "function": 60}
SCREENS = ("views", "tables", "forms", "filters")


def sources(*apps):
    return [
        p for app in apps or APPS for p in sorted((ROOT / app).rglob("*.py")) if "migrations" not in p.parts
    ]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = node.module in RANK or node.module.startswith("core.")
            yield from (f"{node.module}.{a.name}" if whole else node.module for a in node.names)
        elif isinstance(node, ast.Import):
            yield from (a.name for a in node.names)


def complaints(path):
    parts = path.relative_to(ROOT).parts
    app, room = parts[0], parts[1].removesuffix(".py").partition("_")[0]
    for name in imports(path):
        target, _, rest = name.partition(".")
        other = rest.split(".")[0].partition("_")[0]
        if target not in RANK:
            if room == "policy" and target == "django":
                yield f"{path}: policy must not know Django ({name})"
        elif target == app:
            if app != "core" and ROOMS.get(other, -1) > ROOMS.get(room, 99):
                yield f"{path}: {room} may not import {other}"
        elif target != "core" and RANK[target] >= RANK[app]:
            yield f"{path}: {app} may not import {target}"
        elif app == "core":
            yield f"{path}: core knows no app ({name})"
        elif target != "core" and other not in OPEN_TO_OTHER_APPS and room not in NOT_ROOMS:
            yield f"{path}: {target}.{other} is private to {target}"


def modules_of_core():
    """Dotted name without `core.` → path."""
    paths = sources("core")
    names = [".".join(p.relative_to(ROOT / "core").with_suffix("").parts) for p in paths]
    return {name.removesuffix("__init__").rstrip("."): p for name, p in zip(names, paths, strict=True)}


def floor_in_core(name):
    """(draws a page, rank of its package) of a module of core."""
    package, _, rest = name.partition(".")
    package = package if package in CORE else ""
    screen = package == "web" or package != "models" and rest.partition("_")[0] in CORE_SCREENS
    return screen, CORE.index(package)


def arrows_of_core():
    """(module, module that it imports), both without `core.`."""
    known = modules_of_core()
    for name, path in known.items():
        if name.partition(".")[0] in OUTSIDE_THE_ORDER:
            continue
        for target in imports(path):
            whole = target.removeprefix("core").lstrip(".")
            found = next((n for n in (whole, whole.rpartition(".")[0]) if n in known), None)
            if target.startswith("core") and found is not None and found != name:
                yield name, found


def upwards_in_core():
    for name, target in arrows_of_core():
        (screen, package), (other_screen, other_package) = floor_in_core(name), floor_in_core(target)
        if other_screen > screen or (not screen and other_package > package):
            yield f"core.{name} may not import core.{target}"


def test_every_package_of_core_has_its_floor():
    packages = {p.parent.name for p in (ROOT / "core").glob("*/__init__.py")} - {"migrations"}
    assert packages - OUTSIDE_THE_ORDER == set(CORE) - {"", "tasks", "declarations"}


def test_core_is_built_from_the_ground_up():
    assert list(upwards_in_core()) == []


def test_no_circle_in_core():
    above = {}
    for name, target in arrows_of_core():
        above.setdefault(name, set()).add(target)
    graphlib.TopologicalSorter(above).prepare()


def test_packages_of_core_stay_small():
    lines = {}
    for name, path in modules_of_core().items():
        if name.partition(".")[0] in OUTSIDE_THE_ORDER:
            continue
        package = name.partition(".")[0] if name.partition(".")[0] in CORE else ""
        lines[package] = lines.get(package, 0) + path.read_text().count("\n")
    assert {package: count for package, count in lines.items() if count > LONGEST_PACKAGE} == {}


def test_imports_point_one_way():
    assert [c for p in sources() for c in complaints(p)] == []


def test_files_and_functions_stay_short():
    long = []
    for path in sources():
        text = path.read_text()
        if text.count("\n") > LIMITS["file"]:
            long.append(str(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LIMITS["function"]:
                long.append(f"{path}:{node.name}")
    assert long == []


@pytest.mark.parametrize("word", ["utils", "helpers", "services", "signals"])
def test_no_room_is_a_drawer_for_anything(word):
    assert [str(p) for p in sources() if p.stem == word or word in p.parts] == []


def test_screens_read_rows_only_through_the_jurisdiction():
    """`.objects` on a screen is followed by visible_to. Existence checks of unique keys read the whole register."""
    found = []
    for path in sources("places", "orgs", "reports"):
        if not any(part.removesuffix(".py") in SCREENS for part in path.relative_to(ROOT).parts):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\.objects\.(?!visible_to|none\(\))", line) and "# any area:" not in line:
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert found == []


def templates():
    return sorted((ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", templates(), ids=lambda p: str(p.relative_to(ROOT / "templates")))
def test_template_is_free_of_inline_code_and_outside_addresses(path):
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r"""(src|href|action)=["']https?://""", text)


def test_parts_are_included_with_only():
    loose = [
        f"{path.name}: {tag}"
        for path in templates()
        for tag in re.findall(r"{% include [^%]+%}", path.read_text())
        if " only " not in tag
    ]
    assert loose == []
