"""The habits of the house, as tests."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import templates

ROOT = Path(__file__).resolve().parent.parent
TOP = {
    "loyalty", "customers", "events", "rewards", "coupons", "segments", "templates", "static", "tests", "docs",
    "manage.py", "requirements.txt", "requirements-dev.txt", "Makefile", "pyproject.toml", "README.md", "CHANGELOG.md",
    "LICENSE", "SECURITY.md", ".ci", ".gitignore",
}  # fmt: skip


def python_files() -> list[Path]:
    folders = ["loyalty", "customers", "events", "rewards", "coupons", "segments"]
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def functions() -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def _top_level() -> set[str]:
    """Of what is kept in Git; of what stands there, where there is no Git."""
    if shutil.which("git"):
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return {line.split("/")[0] for line in listed.splitlines()}
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split()} | {".git"}
    return {path.name for path in ROOT.iterdir()} - ignored


def test_the_top_level_is_fixed() -> None:
    assert _top_level() <= TOP


def test_every_function_is_typed() -> None:
    assert [name for name, node in functions() if node.returns is None] == []


def test_tests_and_templates_are_short() -> None:
    tests = {path.name: count for path in ROOT.glob("tests/**/*.py") if (count := path.read_text().count("\n")) > 600}
    long = {name for name, path in templates().items() if path.read_text().count("\n") > 150}

    assert (tests, long) == ({}, set())


@pytest.mark.parametrize("path", templates().values(), ids=lambda path: path.name)
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    """The content security policy would drop them."""
    text = path.read_text()

    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|<script(?![^>]*\ssrc=)", text)


def test_nothing_outside_of_the_engine_writes_customer_state() -> None:
    """`record()` is the only writer: no ORM write of these models anywhere else."""
    models = "Customer|Identity|Event|BusinessKey|Lot|Entry|Balance|OutboxRow"
    writes = re.compile(
        rf"\b({models})\.objects\.(?:[a-z_]+\(.*\)\.)*(create|bulk_create|update|delete|get_or_create)\("
    )
    # The benchmark keeps the usual way of doing it, to be measured against.
    found = [path for path in python_files() if "benchmark" not in path.parts and writes.search(path.read_text())]

    assert found == []


def test_only_the_one_way_in_says_who_sends_events() -> None:
    """Whoever makes an actor by hand forgets the address or the browser that a request came with."""
    made = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files()
        if not path.is_relative_to(ROOT / "loyalty/intake")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Actor"
    ]

    assert made == []
