"""Where the description allows no null, a null is refused: what is taken is described, and nothing is taken silently."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
from django.db import transaction
from django.test import Client

from loyalty.api.docs.describe import Example, Operation
from loyalty.api.keys.models import ApiKey
from tests.api.docs.test_examples import address, check, described, examples
from tests.api.example_world import example_world

pytestmark = pytest.mark.django_db
Place = tuple[str | int, ...]
DEEPEST = 4


@pytest.fixture(scope="module")
def world(module_db: None) -> Iterator[ApiKey]:
    yield from example_world()


def offered(schema: Any, at: Place = ()) -> Iterator[Place]:
    """Where a body may have fields: of each of its kinds if it has several, and of the first row of a list."""
    schema = resolved(schema)
    if len(at) > DEEPEST:
        return
    for kind in ("allOf", "anyOf", "oneOf"):
        for one in schema.get(kind, ()):
            yield from offered(one, at)
    for name, field in schema.get("properties", {}).items():
        yield (*at, name)
        yield from offered(field, (*at, name))
    if "items" in schema:
        yield from offered(schema["items"], (*at, 0))


def resolved(schema: Any) -> Any:
    while "$ref" in schema:
        found: Any = described()[0]
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def with_null(body: Any, place: Place) -> Any:
    """The body with null at the place, and what is around it; None if its lists have no such row."""
    found = deepcopy(body)
    within = found
    for name in place[:-1]:
        if isinstance(name, int) and not (isinstance(within, list) and within):
            return None
        within = within[name] if isinstance(name, int) else within.setdefault(name, {})
        if not isinstance(within, dict | list):
            return None
    if not isinstance(within, dict):
        return None
    within[place[-1]] = None
    return found


def is_described(schema: Any, body: Any) -> bool:
    try:
        check(schema, body)
    except jsonschema.ValidationError:
        return False
    return True


def is_refused(status: int, answer: Any, example: Example) -> bool:
    """In bulk each event is refused by itself."""
    return status >= 400 or ("errors" in answer and answer["errors"] > example.answer["errors"])


WRITES = [one for one in examples() if one.values[3].body is not None and one.values[3].status == 200]


@pytest.mark.parametrize(("path", "method", "operation", "example"), WRITES)
def test_a_null_that_is_not_described_is_refused(
    client: Client, world: ApiKey, path: str, method: str, operation: Operation, example: Example
) -> None:
    schema = described()[0]["paths"][path][method.lower()]["requestBody"]["content"]["application/json"]["schema"]
    query = {**example.query, "api_key": world.key}
    taken = []
    for place in dict.fromkeys(offered(schema)):
        body = with_null(example.body, place)
        if body is None or is_described(schema, body):
            continue
        sent = json.dumps(body)
        with transaction.atomic():
            answer = client.generic(
                method, address(path, operation, example), sent, content_type="application/json", query_params=query
            )
            transaction.set_rollback(True)
        if not is_refused(answer.status_code, answer.json(), example):
            taken.append(".".join(map(str, place)))

    assert not taken, f"Taken, though they are not described: {', '.join(taken)}"
