"""One place maps refusals to answers: every code that the tree raises is in its table, and in the documentation."""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from loyalty.api.errors import translate
from loyalty.api.management.commands.refusal_codes import table
from loyalty.api.refusals import joined, published_codes
from loyalty.engine import values
from loyalty.refusals import KINDS, Code, Refused
from tests.api_keys import development_key
from tests.test_conventions import ROOT, python_files

# What raises with a code: the place of the code among the arguments, and the status that comes with it, if that is fixed.
RAISING: dict[str, tuple[int, int | None]] = {
    "Refused": (0, None),
    "WrongField": (2, None),
    "BadSignature": (1, 401),
    "bad_request": (1, 400),
    "unauthorized": (1, 401),
    "forbidden": (1, 403),
    "not_found": (1, 404),
    "conflict": (1, 409),
}
Found = tuple[str, int, int | None]
# About somebody; put together, since a traceback shows the lines of this file.
WORDS = "@".join(["ann", "example.com"])


def module_of(path: Path) -> ModuleType:
    return importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def raised(path: Path) -> Iterator[Found]:
    """(place, code, status) of every call that names one; a code that is handed on comes from another such call."""
    for node in ast.walk(ast.parse(path.read_text())):
        name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
        place, status = RAISING.get(name, (0, None))
        if name in RAISING and isinstance(node, ast.Call) and len(node.args) > place:
            argument = node.args[place]
            if isinstance(argument, ast.Constant | ast.Name):
                code = eval(ast.unparse(argument), vars(module_of(path)))
                yield f"{path.name}:{node.lineno}", code, status


PUBLISHED = published_codes()


@cache
def all_raised() -> list[Found]:
    """Read by the tests that ask, and by no worker that only gathers them."""
    return [one for path in python_files() for one in raised(path)]


def own_codes() -> Iterator[Found]:
    """Of the refusals that have a class of their own, which may choose among several."""
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Refused" for base in node.bases):
                yield from (
                    (f"{path.name}:{call.lineno}", code.value, None)
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "__init__"
                    for code in ast.walk(call.args[0])
                    if isinstance(code, ast.Constant) and isinstance(code.value, int)
                )


def listed_codes() -> set[int]:
    """Of readers that choose the code out of a table of their own, or hand it on by its name."""
    found = set()
    for path in python_files():
        if path.name != "codes.py":
            nodes = list(ast.walk(ast.parse(path.read_text())))
            found |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int)}
            calls = [node for node in nodes if getattr(getattr(node, "func", None), "attr", "") == "__init__"]
            names = [one.args[0] for one in calls if isinstance(one, ast.Call) and one.args]
            if any(isinstance(node, ast.ImportFrom) and (node.module or "").endswith("codes") for node in nodes):
                # Beside what is said of it: `(LIMIT, "Customer can't …")`.
                names += [node.elts[0] for node in nodes if isinstance(node, ast.Tuple) and node.elts]
            known = vars(module_of(path)) if any(isinstance(name, ast.Name) for name in names) else {}
            found |= {
                known[name.id] for name in names if isinstance(name, ast.Name) and isinstance(known.get(name.id), int)
            }
    return found


def test_every_code_of_the_tree_is_in_the_table() -> None:
    used = [*all_raised(), *own_codes()]
    assert len(used) > 100
    assert [(place, code) for place, code, _ in used if code not in PUBLISHED] == []


def test_every_code_comes_with_the_status_of_the_table() -> None:
    wrong = [
        (place, code, status)
        for place, code, status in all_raised()
        if code and status and PUBLISHED[code].status != status
    ]
    assert wrong == []


def test_every_code_of_the_table_is_used() -> None:
    assert set(PUBLISHED) - {code for _, code, _ in [*all_raised(), *own_codes()]} - listed_codes() - {0} == set()


def test_the_documentation_has_the_table_as_it_is() -> None:
    text = (ROOT / "docs" / "api-behaviour.md").read_text()

    assert table() in text, "manage.py refusal_codes docs/api-behaviour.md"


def test_the_table_that_is_written_in_a_page_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Codes\n\n| code | status | type | meaning |\n| --- | --- | --- | --- |\n| 1 | 400 | x | gone |\n\nEnd\n"
    )

    call_command("refusal_codes", page)

    assert page.read_text() == f"# Codes\n\n{table()}\nEnd\n"


def test_a_page_without_the_table_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Nothing\n")

    with pytest.raises(CommandError, match="no such table"):
        call_command("refusal_codes", page)
    assert page.read_text() == "# Nothing\n"


def test_two_rooms_cannot_have_one_code() -> None:
    with pytest.raises(ValueError, match="Two refusals have the code 7"):
        joined([{7: Code(400, "one")}, {7: Code(400, "another")}])


@pytest.mark.parametrize("code", [code for code in PUBLISHED if code])
def test_a_refusal_answers_type_and_status_of_its_code(code: int) -> None:
    error = translate(Refused(code, "No"))
    assert (error.status, error.kind, error.code, error.message) == (
        PUBLISHED[code].status,
        PUBLISHED[code].kind,
        code,
        "No",
    )


def test_the_generic_code_may_come_with_another_status() -> None:
    assert (translate(Refused(0, "No")).status, translate(Refused(0, "No", status=404)).kind) == (400, KINDS[404])


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """A rule that refuses with a code that nobody has written down, and words about somebody."""

    def refuse(*args: Any) -> None:
        raise Refused(987654, WORDS)

    monkeypatch.setattr(values, "money", refuse)
    development_key()


CHECKOUT = {"customer": "1", "action": "checkout", "data": {"transaction_id": "T", "total": 5}}


def post(client: Client, path: str, body: object) -> Any:
    return client.post(f"{path}?api_key=till-key", json.dumps(body), content_type="application/json")


def test_an_unknown_code_is_a_500_that_names_the_request_and_nothing_else(
    client: Client, planted: None, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    answer = post(client, "/events", CHECKOUT)
    own = answer["X-Request-Id"]
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {
            "type": "RuntimeException",
            "code": 0,
            "message": f"Internal error. If you report it, name the request {own}",
        }
    }
    assert f"unknown code 987654 in Events, request {own}" in caplog.text
    assert WORDS not in caplog.text


def test_an_unknown_code_in_bulk_is_the_error_of_its_event(
    client: Client, planted: None, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, "/events/bulk", {"events": [{"customer": "1", "action": "opt_in"}, CHECKOUT]})
    first, second = answer.json()["results"]
    assert ("events" in first, second["error"]["type"]) == (True, "RuntimeException")
    assert answer["X-Request-Id"] in second["error"]["message"]
    assert "unknown code 987654 in bulk" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/events", "/customers/1", "/nothing/here", "/v1/nothing", "/login/"])
def test_every_answer_carries_a_request_id_of_ours(client: Client, path: str) -> None:
    answers = [client.get(path, headers={"X-Request-Id": "theirs"}) for _ in range(2)]
    ids = {answer["X-Request-Id"] for answer in answers}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{16}", own) for own in ids)


@pytest.mark.django_db
def test_an_unknown_address_answers_in_the_envelope_of_its_generation(client: Client) -> None:
    error = {"type": "NotFoundException", "code": 0, "message": "Not Found"}
    assert client.get("/nothing").json() == {"error": error}
    assert client.get("/v1/nothing").json() == {"status": "error", "error": error}


@pytest.mark.django_db
def test_what_fails_outside_of_a_view_names_the_request(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr("django.middleware.security.SecurityMiddleware.process_request", fail)
    client.raise_request_exception = False
    answer = client.get("/events")
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in answer.json()["error"]["message"]
    assert WORDS not in answer.content.decode()
