"""A capability is one folder and one line: one is made out of a small template in a copy of the repository, with an action,
tables, pages, a list with its export, a part of the API, files of its own, a timer, a module, a refusal and a section of the
program file; and nothing else is touched."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.house.sources import ROOT

pytestmark = pytest.mark.prove
TEMPLATE = ROOT / "tests" / "house" / "scratch"
SECOND_MIGRATION = Path("loyalty/stamps/migrations/0002_rules_of_stamps.py")
CONTRACT = """
[[tool.importlinter.contracts]]
id = "loyalty.stamps"
name = "Inside loyalty.stamps, imports point down"
type = "layers"
containers = ["loyalty.stamps"]
layers = [
    "contributions | room | urls",
    "facts | mechanism | pages | program | tasks",
    "queries | rows",
    "actions | codes | models",
    "enums",
]
exhaustive = true
exhaustive_ignores = ["migrations"]
"""
# By file: before which line a line is put, and the line. What stands before no line comes at the end.
LINES: Mapping[str, Mapping[str, str]] = {
    "loyalty/composition.py": {'    "loyalty.sync",\n': '    "loyalty.stamps",\n'},
    "loyalty/settings.py": {'    "loyalty.transfer",\n': '    "loyalty.stamps",\n'},
    ".ci/contracts.toml": {
        '    "loyalty.tiers",\n': '    "loyalty.stamps",\n',
        '    "tiers | transfer",\n': '    "stamps",\n',
        "": CONTRACT,
    },
}
OWN = ("loyalty/stamps/", "tests/stamps/")
# What commands write of all rooms.
WRITTEN = {
    "docs/program.schema.json": ("manage.py", "program", "schema", "docs/program.schema.json"),
    "docs/api-behaviour.md": ("manage.py", "refusal_codes", "docs/api-behaviour.md"),
}
ITS_TESTS = ("tests/stamps",)
OF_ALL_ROOMS = (
    "tests/test_composition.py", "tests/test_permissions.py::test_every_route_has_a_rule", "tests/test_permissions.py::test_every_rule_has_a_route_that_says_nothing_itself",
    "tests/engine/test_system_tables.py", "tests/engine/test_program_versions.py", "tests/engine/test_constraints.py",
    "tests/engine/test_write_once.py", "tests/engine/erasure/test_erasure_fields.py", "tests/api/test_codes.py",
    "tests/program/test_program_file.py", "tests/events/types/test_event_types.py", "tests/house/test_purity.py", "tests/house/test_sizes.py", "tests/test_conventions.py", "tests/ui/test_templates.py",
)  # fmt: skip


class Copy:
    """The repository in another folder, with data of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "USER") if name in os.environ}
        env = {**kept, "COLUMNS": "200", "LOYALTY_DATA_DIR": str(self.folder / ".data")}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False)

    def python(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(sys.executable, *arguments)

    def done(self, *command: str) -> str:
        found = self.run(*command)
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def git(self, *arguments: str) -> str:
        return self.done("git", "-c", "user.name=Loyalty", "-c", "user.email=loyalty@example.com", *arguments)

    def tool(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run(str(Path(sys.executable).with_name(name)), *arguments)

    def pytest(self, *places: str) -> "subprocess.CompletedProcess[str]":
        return self.tool("pytest", "-n", "0", *places)


def copied(folder: Path) -> Copy:
    unwanted = (".git", ".venv", ".data", "__pycache__", ".*_cache", ".hypothesis", "test-results")
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*unwanted))
    found = Copy(folder)
    found.git("init", "-q")
    found.git("add", "-A")
    found.git("commit", "-qm", "As it is")
    return found


def target_of(template: Path) -> Path:
    name = Path(str(template.relative_to(TEMPLATE)).removesuffix(".template"))
    return Path("tests/stamps", *name.parts[1:]) if name.parts[0] == "tests" else Path("loyalty", name)


def put_templates(into: Copy, *, later: bool) -> None:
    """`later`: what comes after the migration that Django writes."""
    for template in TEMPLATE.rglob("*.template"):
        target = target_of(template)
        if (target == SECOND_MIGRATION) == later:
            (into.folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(template, into.folder / target)


def put_lines(into: Copy) -> None:
    for file, lines in LINES.items():
        text = (into.folder / file).read_text()
        for before, line in lines.items():
            assert not before or text.count(before) == 1, f"{file}: {before}"
            text = text.replace(before, line + before) if before else text + line
        (into.folder / file).write_text(text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    found = copied(tmp_path_factory.mktemp("house") / "copy")
    try:
        put_templates(found, later=False)
        put_lines(found)
        found.done(sys.executable, "manage.py", "makemigrations", "stamps")
        put_templates(found, later=True)
        for command in WRITTEN.values():
            found.done(sys.executable, *command)
        found.tool("ruff", "format", "-q", *OWN)
        found.git("add", "-AN")
        yield found
    finally:
        found.python("manage.py", "stop")


def changes(of: Copy) -> dict[str, tuple[int, int]]:
    """Lines added and taken away, by file."""
    rows = [line.split("\t") for line in of.git("diff", "--numstat").splitlines()]
    return {file: (int(added), int(gone)) for added, gone, file in rows}


def outside(of: Copy) -> list[str]:
    """What is changed where a capability has nothing to change."""
    allowed = {(file, sum(line.count("\n") for line in lines.values()), 0) for file, lines in LINES.items()}
    return [
        file
        for file, (added, gone) in changes(of).items()
        if not file.startswith(OWN) and file not in WRITTEN and (file, added, gone) not in allowed
    ]


@contextmanager
def without(of: Copy, file: str) -> Iterator[None]:
    """The file as it was before, or gone if it was not there."""
    path = of.folder / file
    text = path.read_text()
    before = of.run("git", "show", f"HEAD:{file}")
    if before.returncode:
        path.unlink()
    else:
        path.write_text(before.stdout)
    yield
    path.write_text(text)


def test_a_capability_changes_its_folders_a_line_each_and_its_contract(made: Copy) -> None:
    print(made.git("diff", "--stat"))

    assert outside(made) == []
    assert set(LINES) | set(WRITTEN) <= set(changes(made))


def test_its_contracts_hold(made: Copy) -> None:
    assert " 0 broken." in made.tool("lint-imports", "--config", ".ci/contracts.toml", "--no-cache").stdout


def test_it_asks_for_no_migration_elsewhere(made: Copy) -> None:
    made.done(sys.executable, "manage.py", "makemigrations", "--check", "--dry-run")


def test_it_is_as_clean_and_typed_as_the_rest(made: Copy) -> None:
    for tool, arguments in {"ruff": ("check",), "mypy": ()}.items():
        found = made.tool(tool, *arguments, *OWN)
        assert found.returncode == 0, found.stdout


def test_its_tests_pass_and_those_that_list_something_of_all_rooms(made: Copy) -> None:
    found = made.pytest(*ITS_TESTS, *OF_ALL_ROOMS)

    assert found.returncode == 0, found.stdout


def test_control_an_edit_elsewhere_is_seen(made: Copy) -> None:
    for file in ("customers/queries.py", "loyalty/settings.py"):
        path = made.folder / file
        text = path.read_text()
        path.write_text(f"{text}# Stamps\n")
        assert outside(made) == [file]
        path.write_text(text)
    assert outside(made) == []


def test_control_without_its_contract_the_contracts_break(made: Copy) -> None:
    with without(made, ".ci/contracts.toml"):
        assert "stamps" in made.tool("lint-imports", "--config", ".ci/contracts.toml", "--no-cache").stdout


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("loyalty/composition.py", "tests/test_composition.py"),
        ("loyalty/settings.py", "tests/test_composition.py"),
        ("docs/program.schema.json", "tests/program/test_program_file.py"),
        ("docs/api-behaviour.md", "tests/api/test_codes.py"),
        ("tests/stamps/listed.py", "tests/engine/test_system_tables.py"),
        ("loyalty/stamps/codes.py", "tests/stamps"),
    ],
)
def test_control_what_is_left_out_is_missed(made: Copy, file: str, place: str) -> None:
    with without(made, file):
        assert made.pytest(place).returncode != 0
