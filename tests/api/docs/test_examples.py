"""Every example of the description is sent as it is, and the answer is the one that it shows."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jsonschema
import pytest
from django.test import Client
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from loyalty.api.docs.describe import Example, Operation
from loyalty.api.docs.openapi import Endpoints, document
from loyalty.api.keys.models import ApiKey
from tests.api.docs.matching import differences
from tests.api.example_world import example_world

pytestmark = pytest.mark.django_db


def examples() -> Iterator[Any]:
    for path, _, method, callback in Endpoints().get_api_endpoints():
        described: Operation | None = callback.cls.operations.get(method.lower())
        for example in described.all_examples if described else ():
            yield pytest.param(path, method, described, example, id=f"{method} {path}: {example.name}")


@pytest.fixture(scope="module")
def key(module_db: None) -> Iterator[ApiKey]:
    yield from example_world()


@lru_cache(maxsize=1)
def described() -> tuple[dict[str, Any], Registry[Any]]:
    plain = json.loads(json.dumps(document()))
    return plain, Registry().with_resource("doc", DRAFT202012.create_resource(plain))


def check(schema: Any, value: Any) -> None:
    """Raises ValidationError. The schema may refer to components of the description."""
    absolute = json.loads(json.dumps(schema).replace('"#/', '"doc#/'))
    formats = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(absolute, registry=described()[1], format_checker=formats).validate(value)


def address(path: str, described: Operation, example: Example) -> str:
    values = {one.name: one.example for one in described.all_parameters if one.place == "path"} | dict(example.path)
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=":"))
    return path


@pytest.mark.parametrize(("path", "method", "operation", "example"), list(examples()))
def test_an_example_is_true(
    client: Client, key: ApiKey, path: str, method: str, operation: Operation, example: Example
) -> None:
    query = {**example.query, "api_key": key.key}
    body = b"" if example.body is None else json.dumps(example.body).encode()
    answer = client.generic(
        method, address(path, operation, example), body, content_type="application/json", query_params=query
    )
    found, told = answer.json(), described()[0]["paths"][path][method.lower()]

    assert (answer.status_code, differences(found, example.answer)) == (example.status, []), found
    told_answer = told["responses"][str(example.status)]
    if "$ref" in told_answer:
        told_answer = described()[0]["components"]["responses"][told_answer["$ref"].rpartition("/")[2]]
    check(told_answer["content"]["application/json"]["schema"], found)
    if example.body is not None and example.status == 200:
        check(told["requestBody"]["content"]["application/json"]["schema"], example.body)


@pytest.mark.parametrize(
    ("found", "shown", "expected"),
    [
        ({"id": "1204"}, {"id": "17"}, []),
        ({"id": "0519001"}, {"id": "0519002"}, [".id: '0519001', not '0519002'"]),
        ({"a": 1}, {"a": True}, [".a: 1, not True"]),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}, [".b: not shown", ".c: missing"]),
        ([1], [1, 2], [": [1], not [1, 2]"]),
    ],
)
def test_differences_are_found(found: Any, shown: Any, expected: list[str]) -> None:
    assert differences(found, shown) == expected
