"""The description of the interface: valid, complete, and served to everybody."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from loyalty.api.docs.describe import Operation, Parameter
from loyalty.api.docs.openapi import Endpoints, document, operation, operation_id
from loyalty.api.docs.responses import MEANINGS, RESPONSES
from loyalty.api.docs.shapes import TEXT, shape
from loyalty.api.problems import KINDS


def endpoints() -> Iterator[tuple[str, str, Mapping[str, Operation]]]:
    for path, _, method, callback in Endpoints().get_api_endpoints():
        yield path, method, callback.cls.operations


def test_the_description_is_valid_openapi_3_1() -> None:
    found = json.loads(json.dumps(document()))

    assert found["openapi"].startswith("3.1")
    validate_schema(found)  # raises ValidationError
    for schema in found["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_method_of_every_view_is_described() -> None:
    assert [f"{method} {path}" for path, method, told in endpoints() if method.lower() not in told] == []


def test_nothing_is_described_that_is_not_there() -> None:
    there = {(path, method.lower()) for path, method, _ in endpoints()}
    told = {(path, method) for path, methods in document()["paths"].items() for method in methods}

    assert told == there
    assert len(told) == len({operation_id(path, method) for path, method in told})
    assert not [path for path, _ in told if path.startswith(("/admin", "/developers"))]


def test_every_kind_of_error_is_told() -> None:
    assert set(KINDS) - {406} <= set(MEANINGS)


@pytest.mark.parametrize(
    ("generation", "schema"), [("legacy", "Error"), ("versioned", "VersionedError"), ("read", "ReadError")]
)
def test_errors_have_the_envelope_of_the_generation(generation: str, schema: str) -> None:
    described = Operation("Look", shape("", {}), refusals={404: "Nothing is there."})
    found = operation(described, "/things", "GET", generation, "Things")["responses"]

    assert found["400"] == {"$ref": f"#/components/responses/{schema}400"}
    assert found["404"] == {"$ref": f"#/components/responses/{schema}404", "description": "Nothing is there."}
    shown = RESPONSES[f"{schema}404"]["content"]["application/json"]["schema"]
    assert shown == {"$ref": f"#/components/schemas/{schema}"}
    assert "413" not in found


def test_what_several_operations_ask_for_is_described_once() -> None:
    found = document()
    names = [one["name"] for one in found["components"]["parameters"].values() if one["name"] == "timestamp.gt"]
    inline = [
        one["name"]
        for methods in found["paths"].values()
        for told in methods.values()
        for one in told["parameters"]
        if "name" in one
    ]

    assert names == ["timestamp.gt"]
    assert "timestamp.gt" not in inline


def test_what_only_asks_is_not_carried_out_once() -> None:
    asking = document()["paths"]["/customers/{customer_id}/transactions/-/search"]["post"]
    writing = document()["paths"]["/events"]["post"]

    assert [_is_once(told) for told in (asking, writing)] == [False, True]
    # It has a body all the same.
    assert {"411", "413", "415"} <= asking["responses"].keys()


def _is_once(told: Mapping[str, Any]) -> bool:
    takes_key = {"$ref": "#/components/parameters/Idempotency-Key"} in told["parameters"]
    assert takes_key == ("409" in told["responses"])
    assert takes_key == ("Idempotent-Replayed" in told["responses"]["200"]["headers"])
    return takes_key


def test_a_parameter_of_the_path_must_be_described() -> None:
    with pytest.raises(LookupError, match="describe the parameter thing"):
        operation(Operation("Look", TEXT), "/things/{thing}", "GET", "legacy", "Things")

    described = Operation("Look", TEXT, parameters=[Parameter("thing", "Which.", place="path")])
    assert operation(described, "/things/{thing}", "GET", "legacy", "Things")["parameters"][0]["required"]


def test_a_body_is_needed_where_each_of_its_forms_needs_something() -> None:
    paths = document()["paths"]
    told = [
        paths[path][method]["requestBody"]["required"]
        for path, method in (
            ("/events", "post"),
            ("/entities/rewards", "put"),
            # A customer is made of an ID alone.
            ("/entities/{module}/{entity}/{entity_id}", "put"),
            ("/entities/{module}/{entity}/{entity_id}", "post"),
        )
    ]

    assert told == [True, True, False, False]


def test_everybody_may_read_it_and_keep_it_for_a_while(client: Client) -> None:
    answer = client.get("/openapi.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer.json() == json.loads(json.dumps(document()))
    assert "Set-Cookie" not in answer
    assert client.get("/openapi.json", headers={"if-none-match": answer["ETag"]}).status_code == 304


def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


def test_a_titled_schema_is_told_once() -> None:
    assert {"Customer", "Summary", "Event", "Error", "VersionedError", "ReadError"} <= set(schemas())
    reference = document()["paths"]["/customers/{customer_id}"]["get"]["responses"]["200"]["content"]
    assert reference["application/json"]["schema"] == {"$ref": "#/components/schemas/Customer"}
