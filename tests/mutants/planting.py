"""Plants a fault in this process: the mutated source is compiled, and its functions' code and constants take the place
of the true ones, until the end of the block. Whoever holds such a function runs the fault."""

import ast
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CONSTANTS = (str, int, frozenset)


@dataclass(frozen=True)
class Mutant:
    """`history`: the script that is aimed at it."""

    name: str
    file: str
    old: str
    new: str
    history: str


class Stale(Exception):
    """The text that a mutant changes is gone, or is there more than once: the table is to be brought up to date."""


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    source = (ROOT / mutant.file).read_text()
    if source.count(mutant.old) != 1:
        raise Stale(f"{mutant.name}: {mutant.file} has its text {source.count(mutant.old)} times")
    module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
    mutated = source.replace(mutant.old, mutant.new)
    undo = [*_swap_functions(module, source, mutated), *_swap_constants(module, mutated)]
    assert undo, f"{mutant.name} changes nothing that runs"
    try:
        yield
    finally:
        for holder, name, value in undo:
            setattr(holder, name, value)


def _swap_functions(module: ModuleType, source: str, mutated: str) -> Iterator[tuple[Any, str, Any]]:
    true, false = _functions(source), _functions(mutated)
    codes = _codes(compile(mutated, str(module.__file__), "exec"))
    for name, text in false.items():
        if true.get(name) != text:
            function = _function(module, name)
            yield function, "__code__", function.__code__
            function.__code__ = codes[name]


def _functions(source: str) -> dict[str, str]:
    """Each function's tree by its qualified name, of those in functions only the outer ones."""
    found: dict[str, str] = {}

    def look(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                found[prefix + child.name] = ast.dump(child)
            elif isinstance(child, ast.ClassDef):
                look(child, f"{prefix}{child.name}.")

    look(ast.parse(source), "")
    return found


def _codes(code: CodeType) -> dict[str, CodeType]:
    found: dict[str, CodeType] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found[constant.co_qualname] = constant
            found |= _codes(constant)
    return found


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        found = vars(found)[part]
    found = getattr(found, "fget", None) or getattr(found, "func", None) or getattr(found, "__wrapped__", found)
    assert isinstance(found, FunctionType), name
    return found


def _swap_constants(module: ModuleType, mutated: str) -> Iterator[tuple[Any, str, Any]]:
    """Texts and numbers by name; a module whose functions alone differ runs a second time without effect."""
    names = vars(module)
    copy = dict(names)
    exec(compile(mutated, str(module.__file__), "exec"), copy)
    for name, value in list(names.items()):
        if not name.startswith("__") and isinstance(value, CONSTANTS) and copy[name] != value:
            yield module, name, value
            setattr(module, name, copy[name])
