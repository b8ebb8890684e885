"""The contracts of `.ci/contracts.toml` hold, and each kind of wrong import is caught: planted in a copy of the sources."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.house.sources import ROOT, ROOTS

CONTRACTS = Path(".ci/contracts.toml")
# Kind → the file that breaks it (made where there is none), what it imports, and what the report must say.
PLANTED = {
    "a read imports a writer": ("customers/queries.py", "customers.operations", "customers.queries -> customers.operations"),
    "a listing imports another room's page": (
        "customers/directory/queries.py", "events.timeline.pages", "customers.directory.queries -> events.timeline.pages",
    ),
    "a mechanism imports a page": (
        "customers/life/mechanism.py", "customers.life.dialogs", "customers.life.mechanism -> customers.life.dialogs",
    ),
    "a check imports an operation": (
        "loyalty/points/bonuses/checks.py", "loyalty.points.orders.operations",
        "loyalty.points.bonuses.checks -> loyalty.points.orders.operations",
    ),
    "names of values import a read": ("events/orders/enums.py", "events.orders.queries", "events.orders.enums -> events.orders.queries"),
    "a new file is in no contract": ("customers/merging/extra.py", "", "customers.merging.extra"),
    "a new room is in no contract": ("events/extra/__init__.py", "", "events.extra"),
    "a lower room's table names a higher one's": (
        "customers/models.py", "loyalty.points.ledger.models", "customers is not allowed to import loyalty.points",
    ),
    "the engine knows a room": ("loyalty/engine/state.py", "customers.models", "loyalty.engine is not allowed to import customers"),
    "the shell knows a room": ("loyalty/ui/charts.py", "events.models", "loyalty.ui is not allowed to import events"),
    "the API knows a room": ("loyalty/api/problems.py", "customers.fields.names", "loyalty.api is not allowed to import customers"),
    "staff look up to the programme": (
        "loyalty/staff/queries.py", "loyalty.program.queries", "loyalty.staff is not allowed to import loyalty.program",
    ),
    "a room imports the composition": (
        "loyalty/points/history/pages.py", "loyalty.composition", "loyalty.points is not allowed to import loyalty.composition",
    ),
    "two rooms on one floor import each other": (
        "loyalty/transfer/workers.py", "loyalty.sync.models", "loyalty.transfer is not allowed to import loyalty.sync",
    ),
    "a file imports its neighbour on one floor": (
        "customers/notes/queries.py", "customers.notes.operations", "customers.notes.queries -> customers.notes.operations",
    ),
    "an inner room imports what shows it": (
        "loyalty/points/ledger/moves.py", "loyalty.points.history.queries",
        "loyalty.points.ledger.moves -> loyalty.points.history.queries",
    ),
}  # fmt: skip


def report(folder: Path) -> str:
    """What import-linter says of the sources in the folder."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", str(CONTRACTS), "--no-cache"]
    env = {**os.environ, "COLUMNS": "500"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def copied(folder: Path) -> Path:
    for name in ROOTS:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.html", "*.css"))
    (folder / CONTRACTS.parent).mkdir()
    shutil.copy(ROOT / CONTRACTS, folder / CONTRACTS)
    return folder


def plant(folder: Path, file: str, imported: str) -> None:
    path = folder / file
    path.parent.mkdir(exist_ok=True)
    text = path.read_text() if path.exists() else ""
    path.write_text(f"{text}\nimport {imported}\n" if imported else text)


@pytest.fixture(scope="module")
def of_all_planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One report on all of them: they are independent of each other."""
    folder = copied(tmp_path_factory.mktemp("planted"))
    for file, imported, _ in PLANTED.values():
        plant(folder, file, imported)
    return report(folder)


def test_the_contracts_hold() -> None:
    assert " 0 broken." in report(ROOT)


@pytest.mark.parametrize("kind", PLANTED)
def test_a_wrong_import_is_caught(kind: str, of_all_planted: str) -> None:
    _, _, told = PLANTED[kind]

    assert told in of_all_planted


def test_every_package_with_several_modules_has_a_contract_of_its_own() -> None:
    text = (ROOT / CONTRACTS).read_text()

    assert [name for name in packages() if f'containers = ["{name}"]' not in text] == []


def packages() -> Sequence[str]:
    """Those with at least two modules or packages, but for migrations, commands and template tags, which know no order."""
    found = (path.parent for name in ROOTS for path in (ROOT / name).rglob("__init__.py"))
    outside = {"migrations", "commands", "templatetags", "management"}
    return [
        ".".join(folder.relative_to(ROOT).parts)
        for folder in sorted(found)
        if not outside & set(folder.parts) and len(_modules(folder)) > 1
    ]


def _modules(folder: Path) -> list[Path]:
    files = [path for path in folder.glob("*.py") if path.stem != "__init__"]
    return [
        *files,
        *(
            path.parent
            for path in folder.glob("*/__init__.py")
            if path.parent.name not in {"migrations", "templatetags"}
        ),
    ]
