"""Files of tests: each is a module of its own."""

from collections import Counter
from pathlib import Path

from tests.house.sources import ROOT


def _module(path: Path) -> Path:
    """As pytest imports it: from the highest folder that is a package, or by its own name alone."""
    top = path
    while (top.parent / "__init__.py").exists():
        top = top.parent
    return path.relative_to(top.parent)


def test_no_two_files_of_tests_are_imported_under_one_name() -> None:
    """Both run in a process that has imported none of them, and one is left out where a process gets both."""
    names = Counter(_module(path) for path in (ROOT / "tests").rglob("test_*.py"))

    assert [str(name) for name, times in names.items() if times > 1] == []
