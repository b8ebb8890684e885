"""Hostile paths, query strings and headers on every route: an answer that the documentation knows, never a 500."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.api_keys import development_key
from tests.api_routes import UUID, VALUES, ApiRoute, api_routes
from tests.factories import make_customer, make_order

pytestmark = pytest.mark.django_db

NAMES = {
    "%00", "%ff%fe", "%ed%a0%80", "x" * 50_000, "%20", "C-1%00", "%00:x", "id:%00", "first_name:Ann", "..%2F..", "%0d%0aX:y",
    "%F0%9F%98%80", "%E2%80%AE", "C-1;x=1", "$ne", "%27%20OR%201=1--", "1e400", "9" * 5_000, "true", "null",
}  # fmt: skip
TEXTS = (
    "",
    "%00",
    "%ff%fe",
    "x" * 5_000,
    "-1",
    "1e400",
    "9" * 5_000,
    "%D9%A1",
    "," * 500,
    "99999-01-01T00:00:00%2B99:99",
)
PARAMETERS = {
    "limit",
    "offset",
    "fields",
    "id.in",
    "first_name",
    "created_at",
    "updated_at.gt",
    "balance_at",
    "format",
    "search",
    "%00",
    "[]",
}
# Of names that the route does not know.
FEW = ("", "%00", "%ff%fe", "x" * 5_000)
# Of which an address knows one form alone.
BY_UUID = {"reference"}
READS = [route for route in api_routes() if "get" in route.methods]


@pytest.fixture(scope="module")
def key(module_db: None) -> str:
    make_order(make_customer("C-1"), "T-1")
    return development_key("TILL").key


def ask(client: Client, path: str, query: str = "", method: str = "GET", **headers: Any) -> int:
    """The status; the path and the query go in as they are, escapes and all."""
    answer = client.generic(method, path, b"", "application/json", query_params=None, QUERY_STRING=query, **headers)
    assert answer.status_code < 500, f"{method} {path[:100]}?{query[:200]}: {answer.content!r}"
    return answer.status_code


@pytest.mark.parametrize("route", READS, ids=lambda route: route.name)
def test_no_query_string_makes_a_read_fail(client: Client, key: str, route: ApiRoute) -> None:
    described = {one.name for operation in route.view.operations.values() for one in operation.all_parameters}
    known = {quote(one) for one in described}
    for name in sorted(PARAMETERS | known):
        for value in TEXTS if name in known else FEW:
            ask(client, route.path(VALUES), f"api_key={key}&{name}={value}")


@pytest.mark.parametrize("route", [one for one in api_routes() if "{" in one.address], ids=lambda route: route.name)
def test_no_name_in_a_path_makes_a_route_fail(client: Client, key: str, route: ApiRoute) -> None:
    for method in route.methods:
        for name in sorted(NAMES):
            path = route.path({place: UUID if place in BY_UUID else name for place in VALUES})
            status = ask(client, path, f"api_key={key}", method.upper())
            # An opt-in makes the customer.
            assert status >= 400 or route.name == "api-customer-opt-in", (path[:80], status)


def test_a_parameter_that_comes_twice_is_refused(client: Client, key: str) -> None:
    """The scheme sorts the pairs of a query string: what comes first of two is nothing that a signature holds."""
    assert ask(client, "/customers", f"api_key={key}&id=C-1") == 200
    assert ask(client, "/customers", f"api_key={key}&id=C-1&id=C-2") == 400
