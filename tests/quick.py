"""The tests that a change can touch, the nearest first: `make quick`. What they are chosen by stands in docs/tests.md."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import grimp
import pytest

from tests.house.sources import ROOT, ROOTS, imports_of, name_of, templates
from tests.long_first import PLACES

TESTS = ROOT / "tests"
# Of a worker, from the end of its first test, which has made the database; then no further test begins.
SECONDS = 55
PROOFS = ("tests/prove/", "tests/mutants/", "tests/benchmark/")
ORDER = "QUICK_ORDER"
LEFT_OUT = "no time left"


@cache
def import_graph() -> grimp.ImportGraph:
    """Of the program and its tests."""
    graph = grimp.build_graph(*ROOTS, "tests", cache_dir=None)
    # Folders of tests without `__init__.py` inside ones that have it, which grimp passes by.
    for path in TESTS.rglob("*.py"):
        if (name := name_of(path)) not in graph.modules:
            for module, imported in imports_of(path):
                for one in {module, f"{module}.{imported}"} & graph.modules:
                    graph.add_import(importer=name, imported=one)
    return graph


def chosen(changed: Iterable[str]) -> dict[str, int]:
    """The files of tests that a change of these files can touch → by how many imports they are away; the nearest first.

    Paths are relative to the repository. Files of templates and styles count as the modules that name them.
    """
    files = set(changed)
    files |= {_path_of(name) for name in _naming({file for file in files if not file.endswith(".py")})}
    found = _by_imports({name_of(ROOT / file) for file in files if file.endswith(".py")} & import_graph().modules)
    for path in _beside(files):
        found[path] = min(found.get(path, 1), 1)
    quick = {path: away for path, away in found.items() if not path.startswith(PROOFS)}
    return dict(sorted(quick.items(), key=lambda item: (item[1], _length(item[0]), item[0])))


def _length(path: str) -> int:
    """Files that take long come after the others that are as near."""
    place = PLACES.get(ROOT / path)
    return 0 if place is None else len(PLACES) - place


def _by_imports(modules: set[str]) -> dict[str, int]:
    graph, seen, found, away = import_graph(), set(modules), dict[str, int](), 0
    while modules:
        found |= {_path_of(one): away for one in modules if one.rpartition(".")[2].startswith("test_")}
        modules = {user for one in modules for user in graph.find_modules_that_directly_import(one)} - seen
        seen |= modules
        away += 1
    return found


def _path_of(module: str) -> str:
    return f"{module.replace('.', '/')}.py"


def _naming(files: set[str]) -> set[str]:
    """The modules that name these templates or static files, or a template that names one of them."""
    sources = {name: path.read_text() for name, path in templates().items()}
    wanted = {name for name, path in templates().items() if str(path.relative_to(ROOT)) in files}
    waiting = _words(wanted) | {file.removeprefix("static/") for file in files if file.startswith("static/")}
    while more := {name for name, text in sources.items() if any(word in text for word in waiting)} - wanted:
        wanted |= more
        waiting = _words(more)
    modules = {name: ROOT / _path_of(name) for name in import_graph().modules if not name.startswith("tests")}
    texts = {name: path.read_text() for name, path in modules.items() if wanted and path.exists()}
    return {name for name, text in texts.items() if any(f'"{one}"' in text for one in wanted)}


def _words(names: Iterable[str]) -> set[str]:
    """As other templates write these: `"ui/list.html"`, and of cotton's `<c-list`."""
    cotton = (name.removeprefix("cotton/").removesuffix(".html") for name in names if name.startswith("cotton/"))
    return {f"<c-{name.replace('/', '.').replace('_', '-')}" for name in cotton} | {f'"{name}"' for name in names}


def _beside(files: set[str]) -> set[str]:
    """What lies beside a change by name: the room's folder of tests, its tests in a browser, all tests of a `conftest`."""
    found = set[Path]()
    for file in files:
        if file.endswith("/conftest.py"):
            found |= set((ROOT / file).parent.rglob("test_*.py"))
        if folder := _folder_of_tests(Path(file).parent.parts):
            found |= set(folder.rglob("test_*.py"))
            found |= set((TESTS / "browser").glob(f"test_*{folder.name.removesuffix('s')}*.py"))
    return {str(path.relative_to(ROOT)) for path in found}


def _folder_of_tests(parts: tuple[str, ...]) -> Path | None:
    """That of the innermost room: `loyalty/tiers/api` has `tests/tiers/api`, `segments/lists` has `tests/lists`."""
    if not parts or parts[0] not in {*ROOTS, "templates", "static"}:
        return None
    if "templates" in parts[1:]:
        parts = parts[: parts.index("templates")]
    inside = parts[1:] if parts[0] in {"loyalty", "templates", "static"} else parts
    names = ["/".join(inside), inside[-1]] if inside and inside[-1] != "api" else ["/".join(inside)]
    there = (TESTS / name for name in names if name and (TESTS / name).is_dir())
    return next(there, None) or _folder_of_tests(parts[:-1])


def changed_since(commit: str) -> list[str]:
    """Files that differ from where this branch left the commit, those that Git does not know yet included."""
    base = _git("merge-base", commit, "HEAD")[0]
    return _git("diff", "--name-only", base) + _git("ls-files", "--others", "--exclude-standard")


def files_of(room: str) -> list[str]:
    """Those of a folder. Raises SystemExit if Git knows none there."""
    return _git("ls-files", room.rstrip("/")) or sys.exit(f"There is nothing in {room}")


def _git(*arguments: str) -> list[str]:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True)
    return answer.stdout.splitlines()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In the order in which the files were chosen, not the long ones first."""
    places = {ROOT / path: place for place, path in enumerate(os.environ[ORDER].split())}
    items.sort(key=lambda item: places[item.path])


@cache
def _began() -> float:
    return time.monotonic()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if _began.cache_info().currsize and time.monotonic() > _began() + SECONDS:
        pytest.skip(LEFT_OUT)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    _began()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names the files of which not all was run."""
    skipped = [one for one in terminalreporter.stats.get("skipped", []) if LEFT_OUT in str(one.longrepr)]
    if files := sorted({one.nodeid.partition("::")[0] for one in skipped}):
        terminalreporter.write_line(
            f"{len(skipped)} tests were left out after {SECONDS} s of tests, for `make test`:", yellow=True
        )
        terminalreporter.write_line("  " + "\n  ".join(files))


def _told(found: Mapping[str, int]) -> str:
    return "\n".join(f"{away:3}  {path}" for path, away in found.items())


def main() -> None:
    """Chooses, says what and runs it."""
    read = argparse.ArgumentParser(prog="make quick", description=__doc__)
    read.add_argument("--room", help="as if every file of this folder had changed")
    read.add_argument("--since", default="main", help="what has changed since this branch left it")
    read.add_argument("--list", action="store_true", help="only say which files")
    asked = read.parse_args()
    found = chosen(files_of(asked.room) if asked.room else changed_since(asked.since))
    print(_told(found), f"{len(found)} files, by how many imports they are away", sep="\n", flush=True)
    if found and not asked.list:
        command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "tests.quick", *found]
        named = {**os.environ, ORDER: " ".join(found)}
        sys.exit(subprocess.run(command, check=False, cwd=ROOT, env=named).returncode)


if __name__ == "__main__":
    main()
