"""The sources of the program, as tests of the house read them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOTS = ("loyalty", "customers", "events", "rewards", "coupons", "segments")


@cache
def modules() -> dict[str, Path]:
    """By dotted name, without migrations."""
    found = (path for name in ROOTS for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts)
    return {name_of(path): path for path in found}


@cache
def templates() -> dict[str, Path]:
    """By the name that Django knows them by: those of `templates/`, and those that a room keeps in a folder of that name."""
    folders = [ROOT / "templates", *(found for name in ROOTS for found in sorted((ROOT / name).rglob("templates")))]
    return {str(path.relative_to(folder)): path for folder in folders for path in sorted(folder.rglob("*.html"))}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of each import anywhere in the file; the name is empty for a module imported as a whole."""
    package = name_of(path) if path.name == "__init__.py" else name_of(path).rpartition(".")[0]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((module, one.name) for one in node.names)
