"""docs/api-coverage.md against the vendor's files, and against what the program answers."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve

from loyalty.api.views import ApiView
from tests.api_keys import development_key
from tests.claim_doors.offering import offer, reward
from tests.factories import make_customer, make_order
from tests.prove.vendor import Operation, needs_files, operations

pytestmark = [pytest.mark.prove, pytest.mark.django_db]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "api-coverage.md"
STATES = ("works", "differs", "later", "never")
_FILE = re.compile(r"## (\S+\.yml)")
_ROW = re.compile(r"\| `([A-Z]+) (\S+)` \| (\w+) \|(.*)\|")


def table() -> dict[Operation, tuple[str, str]]:
    """Operation → state, and what is said of it. Addresses that no file lists stand before the first file."""
    found, file = {}, ""
    for line in DOCUMENT.read_text().splitlines():
        if heading := _FILE.fullmatch(line):
            file = heading[1]
        elif file and (row := _ROW.fullmatch(line)):
            operation = Operation(file, row[1], row[2])
            assert operation not in found, f"{operation} is listed twice"
            found[operation] = row[3], row[4].strip()
    return found


TABLE = table()
SERVED = [operation for operation, (state, _) in TABLE.items() if state in ("works", "differs")]
NOT_SERVED = [operation for operation in TABLE if operation not in SERVED]


@needs_files
def test_the_table_has_every_operation_of_the_files_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(TABLE) == set(operations())
    with capsys.disabled():
        print(f"\n{len(TABLE)} operations: {dict(Counter(state for state, _ in TABLE.values()))}")


def test_every_state_is_known_and_has_its_reason() -> None:
    for operation, (state, note) in TABLE.items():
        assert state in STATES, operation
        assert bool(note) == (state != "works"), (
            f"{operation}: say why it differs, which module it waits for, or why never"
        )
    counted = Counter(state for state, _ in TABLE.values())
    said = ", ".join(f"{counted[state]} {state}" for state in STATES)
    assert f"{len(TABLE)} operations: {said}." in DOCUMENT.read_text()


@pytest.mark.parametrize(
    "operation",
    [
        one
        for one in TABLE
        if one.file in ("events.yml", "customer.yml") or re.search("/(transactions|events)", one.path)
    ],
    ids=str,
)
def test_the_mandatory_ones_are_served(operation: Operation) -> None:
    """Issue 5: all of events, customers, transactions and customers' events."""
    assert operation in SERVED or operation.file == "async-events.yml"


@pytest.fixture
def key() -> str:
    make_order(make_customer("C-1"), "T-1")
    make_customer("C-2")
    offer(reward("1"))
    return development_key().key


def address(operation: Operation) -> str:
    values = {"customer_id": "C-1", "transaction_id": "T-1", "action": "add"}
    return re.sub(r"{(\w+)}", lambda name: values.get(name[1], "1"), operation.path)


def ask(client: Client, operation: Operation, path: str, key: str) -> tuple[int, bytes]:
    answer = client.generic(operation.method, f"{path}?api_key={key}", b"{}", "application/json")
    return answer.status_code, answer.content


@pytest.mark.parametrize("operation", SERVED, ids=str)
def test_what_works_answers(client: Client, key: str, operation: Operation) -> None:
    path = address(operation)
    view = getattr(resolve(path).func, "view_class", None)
    assert view is not None
    assert issubclass(view, ApiView), "this is a page"
    status, body = ask(client, operation, path, key)
    # 400: an empty body or query is not enough for some, and no entity is of the type 1/1. 404: nothing has the ID 1.
    assert status in (200, 400) or json.loads(body)["error"]["code"], (status, body)


@pytest.mark.parametrize("operation", NOT_SERVED, ids=str)
def test_what_does_not_work_is_not_there(client: Client, key: str, operation: Operation) -> None:
    status, body = ask(client, operation, address(operation), key)
    if operation.path.startswith("/entities/"):
        assert (status, json.loads(body)["error"]["code"]) == (400, 350300)
    else:
        assert status == 404, body
