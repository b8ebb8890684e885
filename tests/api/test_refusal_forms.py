"""Every method of every address of the API refuses in the form of its generation: found from the routes, so that a new one is held to it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from loyalty.api.docs.openapi import Endpoints
from loyalty.api.keys.enums import Api
from loyalty.api.problems import CHALLENGE, KINDS
from tests.api_keys import development_key

pytestmark = pytest.mark.django_db
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"})
SAMPLES = {"reference": "5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10"}
KEY = "till-key"
OF_NO_CUSTOMER = {"/rewards/nobody"}


def endpoints() -> Iterator[tuple[str, str, Any]]:
    """(address of something that is not there, method, view)."""
    for path, _, method, callback in Endpoints().get_api_endpoints():
        address = re.sub(r"{(\w+)}", lambda found: SAMPLES.get(found[1], "nobody"), path)
        yield address, method, callback.cls


ENDPOINTS = sorted(endpoints(), key=lambda found: found[:2])
ADDRESSES = sorted({(address, view) for address, _, view in ENDPOINTS}, key=lambda found: found[0])


def ids(found: Any) -> str:
    return found if isinstance(found, str) else found.__name__


@pytest.fixture
def key() -> None:
    development_key(KEY)


def check_form(answer: Any, view: Any, status: int) -> dict[str, Any]:
    """The error, which has the form of the view's generation and nothing else."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Request-Id"]
    body = answer.json()
    error: dict[str, Any] = body["error"]
    assert isinstance(error["message"], str)
    assert error["message"]
    if view.generation == "read":
        assert body == {"error": {"message": error["message"], "code": error["code"], "resendable": False}}
        return error
    form = {"error": {"type": KINDS[status], "code": error["code"], "message": error["message"]}}
    assert body == (form if view.generation == "legacy" else {"status": "error", **form})
    return error


def test_there_are_addresses_of_both_generations() -> None:
    assert {view.generation for _, _, view in ENDPOINTS} >= {"legacy", "read"}
    assert len(ENDPOINTS) > 25


@pytest.mark.parametrize(("address", "method", "view"), ENDPOINTS, ids=ids)
def test_a_stranger_is_401(client: Client, address: str, method: str, view: Any) -> None:
    answer = client.generic(method, address, "{}", content_type="application/json")

    error = check_form(answer, view, 401)

    assert error["code"] == (2132 if view.generation == "read" else 0)
    assert answer["WWW-Authenticate"] == CHALLENGE


@pytest.mark.parametrize(("address", "method", "view"), ENDPOINTS, ids=ids)
def test_a_key_for_another_interface_is_403_and_names_the_scope(
    client: Client, address: str, method: str, view: Any
) -> None:
    development_key(KEY, apis=[api for api in Api.values if api != view.api])

    answer = client.generic(method, f"{address}?api_key={KEY}", "{}", content_type="application/json")

    error = check_form(answer, view, 403)
    assert error["code"] == 0
    assert f"'{view.api.value}'" in error["message"]


@pytest.mark.parametrize(("address", "view"), ADDRESSES, ids=ids)
def test_another_method_is_405_and_names_those_that_there_are(
    client: Client, key: None, address: str, view: Any
) -> None:
    there = {method for other, method, _ in ENDPOINTS if other == address}
    # Some that there are not are refused with a code of their own.
    for method in sorted(METHODS - there - set(getattr(view, "refused", ()))):
        answer = client.generic(method, f"{address}?api_key={KEY}", "{}", content_type="application/json")

        assert check_form(answer, view, 405)["code"] == 0
        assert there <= set(answer["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    ("address", "method", "view"), [found for found in ENDPOINTS if found[1] in {"POST", "PUT", "PATCH"}], ids=ids
)
def test_a_body_of_another_type_is_415(client: Client, key: None, address: str, method: str, view: Any) -> None:
    answer = client.generic(method, f"{address}?api_key={KEY}", "<event/>", content_type="application/xml")

    assert check_form(answer, view, 415)["code"] == 0


@pytest.mark.parametrize(
    ("address", "method", "view"),
    [found for found in ENDPOINTS if found[1] == "GET" and "nobody" in found[0] and found[2].api != Api.ENTITIES],
    ids=ids,
)
def test_whoever_or_whatever_is_not_there_is_404(
    client: Client, key: None, address: str, method: str, view: Any
) -> None:
    """160212 is of customers."""
    answer = client.get(f"{address}?api_key={KEY}")

    assert check_form(answer, view, 404)["code"] == (0 if address in OF_NO_CUSTOMER else 160212)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/event", {"error": {"type": KINDS[404], "code": 0, "message": "Not Found"}}),
        ("/v1/async/events", {"status": "error", "error": {"type": KINDS[404], "code": 0, "message": "Not Found"}}),
        ("/v1/customers/ann/rewards", {"error": {"message": "Not Found", "code": 0, "resendable": False}}),
    ],
)
def test_an_unknown_address_is_404_in_the_form_of_its_neighbours(client: Client, address: str, form: Any) -> None:
    answer = client.get(f"{address}?api_key={KEY}")

    assert (answer.status_code, answer.json()) == (404, form)
