"""What we answer is kept by no cache on its way, whatever it says; but for what is the same for everybody."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from loyalty.staff.models import User
from tests.api_keys import development_key
from tests.factories import make_customer, make_order
from tests.test_permissions import API_KEY, ROUTES

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PRIVATE = "private, no-store"
KEY = "?api_key=till-key"


@pytest.fixture(autouse=True)
def world(client: Client) -> None:
    make_order(make_customer("1", points=5, email="ann@example.com"), "1")
    development_key()
    client.force_login(User.objects.create_superuser("root-user", password="x"))


def event(client: Client, **extra: Any) -> Any:
    body = {"customer": "1", "action": "point_add", "data": {"points": 5}}
    return client.post(f"/events{KEY}", json.dumps(body), content_type="application/json", **extra)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_no_answer_of_any_address_may_be_stored(client: Client, method: str) -> None:
    for route in ROUTES:
        if route.name == "openapi":
            continue
        for query in ("", KEY) if route.rule == API_KEY else ("",):
            answer = client.generic(method.upper(), f"/{route.address}{query}", "{}", content_type="application/json")
            assert "no-store" in answer.get("Cache-Control", ""), (route.name, query, answer.status_code)


def test_an_answer_with_a_customers_data_is_among_them(client: Client) -> None:
    answer = client.get(f"/customers/1{KEY}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, PRIVATE)
    assert "ann@example.com" in answer.content.decode()


def test_neither_is_what_was_saved_and_is_sent_again(client: Client) -> None:
    answers = [event(client, headers={"Idempotency-Key": "K"}) for _ in range(2)]
    assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, "true"]
    assert [answer["Cache-Control"] for answer in answers] == [PRIVATE] * 2


@pytest.mark.parametrize("path", ["/nothing/at/all", "/customers/unknown" + KEY, "/customers/1", "/v1/nothing"])
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_neither_is_a_refusal(client: Client, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code // 100, answer["Cache-Control"]) == (4, PRIVATE)


def test_neither_is_a_failure(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("customers.api.views.CustomerDetail.get", lambda *args, **kwargs: 1 / 0)
    monkeypatch.setattr("customers.directory.pages.CustomerList.get", lambda *args, **kwargs: 1 / 0)
    for path in (f"/customers/1{KEY}", "/customers/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Cache-Control"]) == (500, PRIVATE)


def test_a_host_that_is_none_gets_such_a_refusal_too(client: Client) -> None:
    answer = client.get("/customers/", headers={"Host": "a b"})
    assert (answer.status_code, answer["Cache-Control"]) == (400, PRIVATE)


def test_the_description_of_the_interface_may_be_stored_and_stays_so_when_asked_for_again() -> None:
    first = Client().get("/openapi.json")
    again = Client().get("/openapi.json", headers={"If-None-Match": first["ETag"]})
    assert [(one.status_code, one["Cache-Control"]) for one in (first, again)] == [
        (200, "public, max-age=300"),
        (304, "public, max-age=300"),
    ]


def test_it_is_said_outside_of_everything_that_answers() -> None:
    outside = settings.MIDDLEWARE[: settings.MIDDLEWARE.index("loyalty.http.caching.no_store")]
    assert outside == ["loyalty.http.request_ids.request_ids"]
