"""Small things: functions that fit on a screen, files of one subject, folders that can be read at a glance."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path
from statistics import median

from tests.house.sources import ROOT, modules, tree_of


def _at(share: float, sizes: list[int]) -> int:
    return sorted(sizes)[int(len(sizes) * share)]


def functions() -> dict[str, int]:
    """Lines of code of each function, its docstring, comments and blank lines left out, by place and name."""
    return {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": _lines_of_code(node, path)
        for path in modules().values()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _lines_of_code(node: ast.FunctionDef | ast.AsyncFunctionDef, path: Path) -> int:
    docstring = range(0)
    if ast.get_docstring(node):
        docstring = range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    numbered = enumerate(_source(path)[node.lineno - 1 : node.end_lineno], node.lineno)
    return sum(bool(line.strip()) and not line.strip().startswith("#") for at, line in numbered if at not in docstring)


@cache
def _source(path: Path) -> list[str]:
    return path.read_text().split("\n")


def lines() -> dict[str, int]:
    return {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in modules().values()}


def files_by_folder() -> Counter[Path]:
    return Counter(path.parent.relative_to(ROOT) for path in modules().values() if path.name != "__init__.py")


def test_functions_are_short() -> None:
    sizes = functions()

    assert _at(0.5, [*sizes.values()]) <= 8
    assert _at(0.95, [*sizes.values()]) <= 16
    assert {name for name, size in sizes.items() if size > 60} == set()


def test_files_are_short() -> None:
    sizes = lines()

    assert _at(0.95, [*sizes.values()]) <= 250
    assert {name for name, size in sizes.items() if size > 360} == set()


def test_folders_hold_few_files() -> None:
    sizes = files_by_folder()

    assert median(sizes.values()) <= 6
    assert {str(folder) for folder, size in sizes.items() if size > 17} == set()


def test_a_long_module_says_what_it_is_for() -> None:
    long = {path for path in modules().values() if path.read_text().count("\n") > 60}

    assert {str(path.relative_to(ROOT)) for path in long if not ast.get_docstring(tree_of(path))} == set()


def test_no_file_is_called_after_nothing() -> None:
    nothing = {"utils", "util", "common", "helpers", "helper", "misc", "base", "core", "shared", "stuff", "tools"}

    assert [name for name in modules() if name.rpartition(".")[2] in nothing] == []
