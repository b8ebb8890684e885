"""Every address has a written rule: who is let in, and what everybody else is told."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from loyalty.http.routes import CustomerConverter
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.permissions import RIGHTS, Right
from tests.listing import all_of

EVERYBODY, SIGNED_IN, API_KEY = "everybody", "signed in", "API key"

RULES: dict[str, str | Right] = {
    "api-events": API_KEY,
    "api-events-v1": API_KEY,
    "api-events-bulk": API_KEY,
    "api-customer": API_KEY,
    "api-customer-merge": API_KEY,
    "api-customer-data": API_KEY,
    "api-customers": API_KEY,
    "api-customers-count": API_KEY,
    "api-customer-opt-in": API_KEY,
    "api-customer-suspend": API_KEY,
    "api-customer-unsuspend": API_KEY,
    "api-customer-login": API_KEY,
    "api-auth": API_KEY,
    "openapi": EVERYBODY,
    "readyz": EVERYBODY,
    "read-customers": API_KEY,
    "read-customer": API_KEY,
    "developers": EVERYBODY,
    "developers-reference": EVERYBODY,
    "developers-actions": EVERYBODY,
    "developers-operation": EVERYBODY,
    "read-events": API_KEY,
    "api-all-events": API_KEY,
    "api-customer-events": API_KEY,
    "api-customer-history": API_KEY,
    "api-transactions": API_KEY,
    "api-transactions-search": API_KEY,
    "api-transaction": API_KEY,
    "api-transaction-events": API_KEY,
    "read-transactions": API_KEY,
    "api-entities": API_KEY,
    "api-entity": API_KEY,
    "home": EVERYBODY,
    "login": EVERYBODY,
    "admin-login": EVERYBODY,
    "logout": EVERYBODY,
    "theme": EVERYBODY,
    "palette": Right.VIEW_CUSTOMERS,
    "preferences": Right.VIEW_CUSTOMERS,
    "password": Right.VIEW_CUSTOMERS,
    "admin-password": EVERYBODY,  # leads to the page of that name
    "customers:list": Right.VIEW_CUSTOMERS,
    "customers:overview": Right.VIEW_CUSTOMERS,
    "customers:by_identity": Right.VIEW_CUSTOMERS,
    "customers:opt_out": Right.ERASE_CUSTOMERS,
    "erasures:list": Right.ERASE_CUSTOMERS,
    "erasures:lift_ban": Right.ERASE_CUSTOMERS,
    "erasures:receipt": Right.ERASE_CUSTOMERS,
    "api-customer-opt-out": API_KEY,
    "api-erasure": API_KEY,
    "customers:merge": Right.MERGE_CUSTOMERS,
    "customers:compare": Right.MERGE_CUSTOMERS,
    "duplicates:list": Right.VIEW_CUSTOMERS,
    "customers:data": Right.EXPORT_DATA,
    "customers:suspend": Right.EDIT_CUSTOMERS,
    "customers:unsuspend": Right.EDIT_CUSTOMERS,
    "customers:notes": Right.VIEW_CUSTOMERS,
    "customers:add_note": Right.EDIT_CUSTOMERS,
    "customers:edit_note": Right.EDIT_CUSTOMERS,
    "customers:delete_note": Right.EDIT_CUSTOMERS,
    "customers:personal": Right.VIEW_CUSTOMERS,
    "customers:new": Right.EDIT_CUSTOMERS,
    "events:timeline": Right.VIEW_CUSTOMERS,
    "events:detail": Right.VIEW_CUSTOMERS,
    "events:add": Right.RECORD_EVENTS,
    "points:history": Right.VIEW_CUSTOMERS,
    "points:manage": Right.RECORD_EVENTS,
    "points:export": Right.EXPORT_DATA,
    "points:explain": Right.VIEW_CUSTOMERS,
    "points:expiration": Right.RECORD_EVENTS,
    "points:set_expiration": Right.RECORD_EVENTS,
    "transactions": Right.VIEW_CUSTOMERS,
    "transactions:list": Right.VIEW_CUSTOMERS,
    "transactions:detail": Right.VIEW_CUSTOMERS,
    "transactions:checkout_accept": Right.RECORD_EVENTS,
    "transactions:checkout_reject": Right.RECORD_EVENTS,
    "transactions:refund": Right.RECORD_EVENTS,
    "transactions:partial_refund": Right.RECORD_EVENTS,
    "transactions:checkout_accept_item": Right.RECORD_EVENTS,
    "transactions:refund_item": Right.RECORD_EVENTS,
    "transfer:imports": Right.IMPORT_DATA,
    "transfer:new": Right.IMPORT_DATA,
    "transfer:import": Right.IMPORT_DATA,
    "transfer:progress": Right.IMPORT_DATA,
    "transfer:start": Right.IMPORT_DATA,
    "transfer:count_again": Right.IMPORT_DATA,
    "transfer:cancel": Right.IMPORT_DATA,
    "transfer:refused": Right.IMPORT_DATA,
    "audit:list": Right.CONFIGURE,
    "audit:export": Right.CONFIGURE,
    "audit:detail": Right.CONFIGURE,
    "audit:customer": Right.CONFIGURE,
    "admin": Right.CONFIGURE,
    **all_of("pages"),
}

pytestmark = pytest.mark.django_db


def routes(patterns: Any, prefix: str = "", namespace: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of every route, the admin's under one name."""
    for pattern in patterns:
        address = prefix + _sample(pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace == "admin":
                yield "admin", address
            else:
                yield from routes(pattern.url_patterns, address, f"{pattern.namespace}:" if pattern.namespace else "")
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", address


def _sample(pattern: Any) -> str:
    """The address with something for each of its parts."""
    text = str(pattern.pattern).strip("^$").replace(CustomerConverter.regex, "[^/]+")
    text = re.sub(r"<uuid:\w+>", "5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10", text)
    return re.sub(r"<\w+:\w+>|\(\?P<\w+>[^()]*\)", "1", text)


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert {name for name, _ in ROUTES} == set(RULES)


@pytest.mark.parametrize(("name", "address"), ROUTES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_away(client: Client, name: str, address: str, method: str) -> None:
    answer = client.generic(method.upper(), f"/{address}", "{}", content_type="application/json")

    if RULES[name] == API_KEY:
        assert answer.status_code == 401
    elif RULES[name] != EVERYBODY:
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


@pytest.mark.parametrize(("name", "address"), [route for route in ROUTES if isinstance(RULES[route[0]], Right)])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.ignore_template_errors  # the admin's own templates name variables that are not always there
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_without_the_right_is_refused(client: Client, name: str, address: str, role: Role, method: str) -> None:
    client.force_login(User.objects.create_user("someone", password="x", role=role))

    answer = getattr(client, method)(f"/{address}")

    assert (answer.status_code == 403) == (RULES[name] not in RIGHTS[role])


def test_a_role_that_is_taken_away_ends_with_the_next_request(client: Client) -> None:
    user = User.objects.create_user("manager", password="x", role=Role.MANAGER)
    client.force_login(user)
    assert client.get("/imports/").status_code == 200

    User.objects.filter(pk=user.pk).update(role=Role.READ_ONLY)

    assert client.get("/imports/").status_code == 302, "the session is over"
    user.refresh_from_db()
    client.force_login(user)
    assert client.get("/imports/").status_code == 403


def test_a_deactivated_member_of_staff_is_out(client: Client) -> None:
    user = User.objects.create_user("manager", password="x", role=Role.MANAGER)
    client.force_login(user)

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/customers/").status_code == 302
