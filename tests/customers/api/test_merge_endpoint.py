"""`POST /customers/{id}/merge` as clients send it: WIRE 6, and the form of the older documents."""

from typing import Any

import pytest
from django.test import Client

from loyalty.api.keys.models import ApiKey
from tests.api_keys import development_key
from tests.engine.world import accepted, configure, event, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> ApiKey:
    configure()
    accepted(event("old", "opt_in"), event("new", "opt_in"), event("old", "point_add", points=5))
    return development_key(name="till")


def merge(client: Client, key: ApiKey, source: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/customers/{source}/merge?api_key={key.key}", body, content_type="application/json")
    return answer.status_code, answer.json()


def error(status: int, code: int, message: str) -> tuple[int, dict[str, Any]]:
    kind = {400: "BadRequestException", 404: "NotFoundException"}[status]
    return status, {"error": {"type": kind, "code": code, "message": message}}


@pytest.mark.parametrize("extra", [{}, {"source": "old"}], ids=["new form", "old form"])
def test_the_customer_of_the_address_goes_into_the_target(client: Client, key: ApiKey, extra: dict[str, str]) -> None:
    assert merge(client, key, "old", {"target": "new", **extra}) == (200, {})

    answer = client.get(f"/customers/old?api_key={key.key}").json()
    assert (answer["id"], answer["spendable"]) == ("new", 5)
    assert rows("SELECT kind, api_key_id, staff_id FROM customers_merge") == [("full", key.pk, None)]
    assert rows("SELECT DISTINCT source, api_key_id FROM events_event WHERE action = 'customer_merge'") == [
        ("api", key.pk)
    ]


def test_a_partial_merge_is_asked_for_by_its_kind(client: Client, key: ApiKey) -> None:
    assert merge(client, key, "old", {"target": "new", "kind": "partial"}) == (200, {})
    assert rows("SELECT kind FROM customers_merge") == [("partial",)]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ({"new": "inactive"}, error(400, 160216, "Customer is not active: profiles are merged into active ones only")),
        ({"old": "suspended"}, error(400, 120030, "A suspended customer cannot be merged. Lift the suspension first.")),
        ({"new": "suspended"}, error(400, 120031, "Nobody can be merged into a suspended customer. Lift the suspension first.")),
        ({"new": "opted_out"}, error(404, 160212, "Customer not found")),
        ({"old": "banned"}, error(404, 160212, "Customer not found")),
    ],
)  # fmt: skip
def test_who_may_not_be_merged_is_answered_with_the_code(
    client: Client, key: ApiKey, statuses: dict[str, str], expected: tuple[int, dict[str, Any]]
) -> None:
    for name, status in statuses.items():
        rows("UPDATE customers_customer SET status = %s WHERE public_id = %s", [status, name])
    assert merge(client, key, "old", {"target": "new"}) == expected
    assert rows("SELECT count(*) FROM customers_merge") == [(0,)]


@pytest.mark.parametrize(
    ("source", "body", "status", "code"),
    [
        ("old", {}, 400, 0),
        ("old", {"target": ""}, 400, 0),
        ("old", {"target": ["new"]}, 400, 0),
        ("old", {"target": True}, 400, 0),
        ("old", {"target": "old"}, 400, 120032),
        ("old", {"target": "nobody"}, 404, 160212),
        ("nobody", {"target": "new"}, 404, 160212),
        ("old", {"target": "n\new"}, 404, 160212),
        ("old", {"target": "new", "source": "new"}, 400, 0),
        ("old", {"target": "new", "kind": "half"}, 400, 0),
        ("old", {"target": "new", "kind": {"a": 1}}, 400, 0),
    ],
)
def test_a_body_that_says_nothing_of_the_kind(
    client: Client, key: ApiKey, source: str, body: dict[str, Any], status: int, code: int
) -> None:
    answer = merge(client, key, source, body)
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)


def test_a_second_merge_of_the_same_is_refused_by_either_id(client: Client, key: ApiKey) -> None:
    assert merge(client, key, "old", {"target": "new"})[0] == 200
    for pair in (("old", "new"), ("new", "old")):
        status, body = merge(client, key, pair[0], {"target": pair[1]})
        assert (status, body["error"]["code"]) == (400, 120032)


@pytest.mark.parametrize("path", ["/events", "/events/bulk"])
def test_events_do_not_merge(client: Client, key: ApiKey, path: str) -> None:
    sent = {
        "customer": "old",
        "action": "customer_merge",
        "data": {"kind": "full", "source": "old", "target": "new"},
        "target": "new",
    }
    body = {"events": [sent]} if path.endswith("bulk") else sent
    answer = client.post(f"{path}?api_key={key.key}", body, content_type="application/json").json()
    assert "Invalid action: customer_merge" in str(answer)
    assert rows("SELECT count(*) FROM customers_merge") == [(0,)]
