"""Every route of the API × every kind of key: who is let in, and what everybody else is told."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from loyalty.api.access.signing import Signer, sign
from loyalty.api.keys.enums import Api
from loyalty.api.keys.models import ApiKey
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from tests.api_keys import client_side_key, development_key, server_key, signer
from tests.api_routes import METHODS, VALUES, ApiRoute, api_routes
from tests.factories import make_customer, make_order
from tests.listing import all_of

pytestmark = pytest.mark.django_db


class Rule(NamedTuple):
    """The scope that a key must have, the methods, and whether web pages may send to it."""

    api: Api
    methods: str
    is_for_pages: bool = False


RULES = {
    "api-events": Rule(Api.EVENTS, "post", is_for_pages=True),
    "api-events-bulk": Rule(Api.EVENTS, "post", is_for_pages=True),
    "api-events-v1": Rule(Api.EVENTS, "post", is_for_pages=True),
    "api-customers": Rule(Api.CUSTOMERS, "get"),
    "api-customers-count": Rule(Api.CUSTOMERS, "get"),
    "api-auth": Rule(Api.CUSTOMERS, "get post"),
    "api-customer-login": Rule(Api.CUSTOMERS, "post"),
    "api-customer": Rule(Api.CUSTOMERS, "get post"),
    "api-customer-data": Rule(Api.CUSTOMERS, "get"),
    "api-customer-merge": Rule(Api.CUSTOMERS, "post"),
    "api-customer-opt-out": Rule(Api.CUSTOMERS, "post"),
    "api-customer-opt-in": Rule(Api.CUSTOMERS, "post"),
    "api-customer-suspend": Rule(Api.CUSTOMERS, "post"),
    "api-customer-unsuspend": Rule(Api.CUSTOMERS, "post"),
    "api-erasure": Rule(Api.CUSTOMERS, "get"),
    "api-all-events": Rule(Api.DISPLAY, "get"),
    "api-customer-events": Rule(Api.DISPLAY, "get"),
    "api-customer-history": Rule(Api.DISPLAY, "get"),
    "api-transactions": Rule(Api.DISPLAY, "get"),
    "api-transactions-search": Rule(Api.DISPLAY, "get post"),
    "api-transaction": Rule(Api.DISPLAY, "get"),
    "api-transaction-events": Rule(Api.DISPLAY, "get"),
    "read-customers": Rule(Api.READ, "get"),
    "read-customer": Rule(Api.READ, "get"),
    "read-events": Rule(Api.READ, "get"),
    "read-transactions": Rule(Api.READ, "get"),
    "api-entities": Rule(Api.ENTITIES, "get put"),
    "api-entity": Rule(Api.ENTITIES, "get post put delete"),
    **{name: Rule(*rule) for name, rule in all_of("routes").items()},
}
ROUTES = api_routes()
How = Callable[[str, str], dict[str, Any]]
"""Of a method and a path, what to send."""
SHOP = "https://shop.example.com"
each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert {route.name for route in ROUTES} == set(RULES)


@each_route
def test_a_route_is_what_its_rule_says(route: ApiRoute) -> None:
    names = [name for name in route.view.http_method_names if name in METHODS and hasattr(route.view, name)]
    assert (route.view.api, " ".join(names)) == (RULES[route.name].api, RULES[route.name].methods)


# How each kind of key comes, and what it is told: 0 is let in.


def unsigned(key: ApiKey, **headers: str) -> How:
    return lambda method, path: {"path": f"{path}?api_key={key.key}", "headers": headers}


def signed(key: ApiKey, by: Signer | None = None) -> How:
    mine = by or signer(key)

    def how(method: str, path: str) -> dict[str, Any]:
        return {
            "path": path,
            "headers": sign(mine, method.upper(), path, host="testserver", body=b"{}", at=timezone.now()),
        }

    return how


def switched_off(make: Callable[[], ApiKey], come: Callable[[ApiKey], How]) -> Callable[[Api], How]:
    """It has signed while it was good."""

    def made(api: Api) -> How:
        key = make()
        how = come(key)
        ApiKey.objects.filter(pk=key.pk).update(active=False)
        return how

    return made


def all_but(api: Api) -> list[str]:
    return [one.value for one in Api if one != api]


def server_of_another(api: Api) -> How:
    mine, other = server_key("mine"), server_key("other")
    return signed(mine, Signer("mine", signer(other).secret, "demo"))


KINDS: dict[str, tuple[Callable[[Api], How], int]] = {
    "nobody": (lambda api: lambda method, path: {"path": path}, 401),
    "an unknown key": (lambda api: lambda method, path: {"path": f"{path}?api_key=unknown"}, 401),
    "an unknown key that signs": (lambda api: signed(ApiKey(), Signer("unknown", "x", "demo")), 401),
    "another way to log in": (lambda api: lambda method, path: {"path": path, "headers": {"Authorization": "Bearer x"}}, 401),
    "a server's key, signed": (lambda api: signed(server_key()), 0),
    "a server's key, unsigned": (lambda api: unsigned(server_key()), 401),
    "a server's key with another's secret": (server_of_another, 401),
    "a development key, signed": (lambda api: signed(development_key()), 0),
    "a development key, unsigned": (lambda api: unsigned(development_key()), 0),
    "a switched-off server's key": (switched_off(server_key, signed), 401),
    "a switched-off development key": (switched_off(development_key, unsigned), 401),
    "a key of this API alone": (lambda api: unsigned(development_key(apis=[api.value])), 0),
    "a key without this API, signed": (lambda api: signed(server_key(apis=all_but(api))), 403),
    "a key without this API, unsigned": (lambda api: unsigned(development_key(apis=all_but(api))), 403),
    "a key from its own network": (lambda api: signed(server_key(networks=["127.0.0.0/8"])), 0),
    "a key from a foreign network, signed": (lambda api: signed(server_key(networks=["203.0.113.0/24"])), 403),
    "a key from a foreign network, unsigned": (lambda api: unsigned(development_key(networks=["203.0.113.0/24"])), 403),
    "a page of another origin": (lambda api: unsigned(client_side_key(), Origin="https://evil.example.com"), 403),
    "a program with a page's key": (lambda api: unsigned(client_side_key()), 403),
    "a switched-off page's key": (switched_off(client_side_key, lambda key: unsigned(key, Origin=SHOP)), 401),
}  # fmt: skip


@pytest.fixture(scope="module")
def known(module_db: None) -> None:
    make_order(make_customer("C-1"), "T-1")


@pytest.fixture(scope="module")
def staff(known: None) -> list[User]:
    """One of each role."""
    return [User.objects.create_user(role.value, role=role) for role in Role]


def ask(client: Client, method: str, path: str, headers: dict[str, str] | None = None) -> int:
    answer = client.generic(method.upper(), path, b"{}", "application/json", headers=headers or {}, secure=True)
    return answer.status_code


@pytest.mark.parametrize("api", Api)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_key_gets_in_where_the_rule_says_so(client: Client, known: None, kind: str, api: Api) -> None:
    make, refused = KINDS[kind]
    how = make(api)
    for route in ROUTES:
        if RULES[route.name].api == api:
            # None finds what another one has changed.
            mark = transaction.savepoint()
            check(client, how, route, refused)
            transaction.savepoint_rollback(mark)


def check(client: Client, how: How, route: ApiRoute, refused: int) -> None:
    for method in METHODS:
        status = ask(client, method, **how(method, route.path(VALUES)))
        if refused:
            assert status == refused, (route.name, method)
        elif method in RULES[route.name].methods.split():
            assert status in (200, 400, 404), (route.name, method)  # an empty body is not enough everywhere
        else:
            # What is refused with a code of its own, or is no method here at all.
            refuses = method.upper() in getattr(route.view, "refused", frozenset())
            assert status == (400 if refuses else 405), (route.name, method)


@each_route
def test_a_page_gets_in_only_where_pages_send_to(client: Client, known: None, route: ApiRoute) -> None:
    how = unsigned(client_side_key(), Origin=SHOP)
    for method in METHODS:
        status = ask(client, method, **how(method, route.path(VALUES)))
        if RULES[route.name].is_for_pages:
            assert status == (400 if method == "post" else 405), method  # an event without an action
        else:
            assert status == 403, method


@each_route
def test_no_member_of_staff_gets_in_by_being_logged_in(client: Client, staff: list[User], route: ApiRoute) -> None:
    for user in staff:
        client.force_login(user)
        assert {ask(client, method, route.path(VALUES)) for method in METHODS} == {401}
