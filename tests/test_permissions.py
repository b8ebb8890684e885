"""Every address has a written rule: who is let in, and what everybody else is told."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from loyalty.contributions import contributed
from loyalty.http.routes import CustomerConverter
from loyalty.staff.enums import Role
from loyalty.staff.models import User
from loyalty.staff.permissions import may_configure
from loyalty.staff.roles.models import StaffRole
from loyalty.staff.roles.rights import ConfigurationPages, Right, known_rights
from loyalty.ui.mixins import StaffPage
from tests.listing import all_of

EVERYBODY, SIGNED_IN, API_KEY = "everybody", "signed in", "API key"

# Who is let in where no page of staff says it: those take a right, and say it themselves.
RULES: dict[str, str] = {
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
    "admin-password": EVERYBODY,  # leads to the page of that name
    "api-customer-opt-out": API_KEY,
    "api-erasure": API_KEY,
    "palette": SIGNED_IN,  # its searches ask for their rights
    "accept-invitation": EVERYBODY,  # whoever has the link
    "invitation": EVERYBODY,
    "preferences": SIGNED_IN,
    "password": SIGNED_IN,
    **all_of("pages"),
}
# Found neither by a name nor by a page: Django's configuration pages, which ask for the right over a model.
ADMIN = "admin"

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Route:
    name: str
    address: str
    view: Any

    @property
    def page(self) -> type[StaffPage] | None:
        found = getattr(self.view, "view_class", None)
        return found if isinstance(found, type) and issubclass(found, StaffPage) else None

    @property
    def right(self) -> Right | None:
        return self.page.right if self.page else None

    @property
    def rule(self) -> str | Right | None:
        """Who is let in; None: nobody has said it."""
        if self.name == ADMIN:
            return SIGNED_IN
        return self.right or RULES.get(self.name)


def routes(patterns: Any, prefix: str = "", namespace: str = "") -> Iterator[Route]:
    """Every route, the admin's first page for all of them."""
    for pattern in patterns:
        address = prefix + _sample(pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace == ADMIN:
                yield Route(ADMIN, address, None)
            else:
                yield from routes(pattern.url_patterns, address, f"{pattern.namespace}:" if pattern.namespace else "")
        elif isinstance(pattern, URLPattern):
            yield Route(f"{namespace}{pattern.name}", address, pattern.callback)


def _sample(pattern: Any) -> str:
    """The address with something for each of its parts."""
    text = str(pattern.pattern).strip("^$").replace(CustomerConverter.regex, "[^/]+")
    text = re.sub(r"<uuid:\w+>", "5f8b0f9e-4d7c-4c1f-9a34-6a1d2b8e7c10", text)
    return re.sub(r"<\w+:\w+>|\(\?P<\w+>[^()]*\)", "1", text)


ROUTES = list({route.address: route for route in routes(get_resolver().url_patterns)}.values())
OF_STAFF = [route for route in ROUTES if route.right or route.name == ADMIN]


def name_of(value: object) -> str | None:
    return value.address if isinstance(value, Route) else None


@dataclass(frozen=True)
class Staff:
    """One of each role, logged in, and which roles hold what, as the table says; not asked by the code under test."""

    sessions: Mapping[str, str]
    rights: Mapping[str, set[str]]

    def holders(self, right: Right) -> set[str]:
        held = {role for role, codes in self.rights.items() if right.code in codes and not right.is_reserved}
        return {Role.ADMINISTRATOR.value, *held}

    def is_refused(self, route: Route, role: str, method: str) -> bool:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return bool(getattr(client, method)(f"/{route.address}").status_code == 403)


@pytest.fixture(scope="module")
def staff(module_db: None) -> Staff:
    sessions = {}
    for role in Role.values:
        client = Client()
        client.force_login(User.objects.create(username=f"a {role}", role=role))
        sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Staff(sessions, {row.slug: set(row.rights) for row in StaffRole.objects.all()})


def test_every_route_has_a_rule() -> None:
    assert [route.name for route in ROUTES if route.rule is None] == []


def test_every_rule_has_a_route_that_says_nothing_itself() -> None:
    silent = {route.name for route in ROUTES if not route.right and route.name != ADMIN}

    assert silent == set(RULES)


def test_a_page_that_asks_for_a_right_asks_for_one_that_there_is() -> None:
    asked = {route.right for route in ROUTES if route.right}

    assert asked <= set(known_rights().values())


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_away(client: Client, route: Route, method: str) -> None:
    answer = client.generic(method.upper(), f"/{route.address}", "{}", content_type="application/json")

    if route.rule == API_KEY:
        assert answer.status_code == 401
    elif route.rule != EVERYBODY:
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


@pytest.mark.parametrize("route", OF_STAFF, ids=name_of)
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.ignore_template_errors  # the admin's own templates name variables that are not always there
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_role_without_the_right_is_refused(staff: Staff, route: Route, role: str, method: str) -> None:
    is_let_in = role in staff.holders(route.right) if route.right else may_configure(User(role=role))

    assert staff.is_refused(route, role, method) is not is_let_in


def test_a_page_that_forgets_to_ask_is_noticed(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: without the line that asks, the test above would fail."""
    monkeypatch.setattr("loyalty.ui.mixins.require", lambda user, right: None)
    [route] = [route for route in ROUTES if route.name == "transfer:imports"]

    assert not staff.is_refused(route, Role.READ_ONLY.value, "get")


def test_a_page_whose_right_is_deleted_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a page for everybody must be written down."""
    [route] = [route for route in ROUTES if route.name == "transfer:imports"]
    assert route.page
    monkeypatch.setattr(route.page, "right", None)

    assert route.rule is None


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.ignore_template_errors
def test_a_configuration_page_asks_for_the_right_over_its_model(staff: Staff, model: Any, role: str) -> None:
    label = model._meta.label_lower
    right = {page.model: page.right for page in contributed(ConfigurationPages)}.get(label)
    is_let_in = role in staff.holders(right) if right else role == Role.ADMINISTRATOR
    address = reverse(f"admin:{label.replace('.', '_')}_changelist").strip("/")

    assert staff.is_refused(Route(label, address + "/", None), role, "get") is not is_let_in


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
